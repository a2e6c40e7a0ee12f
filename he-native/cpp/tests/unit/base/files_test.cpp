// Files whole or not at all, and errors that name the path and the reason.
#include "base/files.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <set>
#include <string>

#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/temporary_folder.h"

namespace hetal {
namespace {

Bytes text(const std::string& value) { return {value.begin(), value.end()}; }

mode_t mode_of(const std::string& path) {
  struct stat status {};
  EXPECT_EQ(stat(path.c_str(), &status), 0) << path;
  return status.st_mode & 0777;
}

template <typename Error>
std::string refusal(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& e) { return e.what(); }
  return "no error";
}

#define EXPECT_CONTAINS(part, whole) EXPECT_NE(std::string(whole).find(part), std::string::npos) << (whole)

class FilesTest : public ::testing::Test {
 protected:
  std::string path(const std::string& name) const { return folder.path(name); }
  std::size_t entries() const {
    std::size_t out = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder.path("."))) ++out;
    return out;
  }
  TemporaryFolder folder;
};

TEST_F(FilesTest, WhatIsWrittenIsRead) {
  for (const std::size_t size : {0u, 1u, 4096u, 100000u}) {
    Bytes bytes(size);
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(i * 7);
    write_file_atomically(path("file"), bytes);
    EXPECT_EQ(read_file(path("file"), size), bytes);
    EXPECT_EQ(file_size(path("file")), size);
    const LoadedFile loaded(path("file"), size);
    EXPECT_TRUE(std::equal(bytes.begin(), bytes.end(), loaded.bytes().begin(), loaded.bytes().end()));
    EXPECT_EQ(entries(), 1u) << "nothing is left beside it";
  }
}

TEST_F(FilesTest, AWriteReplacesTheFile) {
  write_file_atomically(path("file"), text("old"));
  write_file_atomically(path("file"), text("new"));
  EXPECT_EQ(read_file(path("file"), 100), text("new"));
  EXPECT_EQ(entries(), 1u);
}

/// The kernel tells which names were made in the folder.
TEST_F(FilesTest, TemporaryNamesCannotBeForeseen) {
  const int events = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  ASSERT_GE(events, 0);
  ASSERT_GE(inotify_add_watch(events, path("").c_str(), IN_CREATE), 0);
  for (int i = 0; i < 3; ++i) write_file_atomically(path("file"), text("new"));
  alignas(inotify_event) char buffer[4096];
  const ssize_t got = read(events, buffer, sizeof buffer);
  close(events);
  std::set<std::string> names;
  for (ssize_t at = 0; at < got;) {
    const auto* event = reinterpret_cast<const inotify_event*>(buffer + at);
    names.insert(event->name);
    // file.<16 hexadecimal digits>.tmp
    const std::string name = event->name;
    EXPECT_EQ(name.size(), 5u + 16 + 4);
    EXPECT_TRUE(name.starts_with("file.") && name.ends_with(".tmp")) << name;
    EXPECT_EQ(name.find_first_not_of("0123456789abcdef", 5), 5u + 16) << name;
    at += static_cast<ssize_t>(sizeof(inotify_event) + event->len);
  }
  EXPECT_EQ(names.size(), 3u);
}

TEST_F(FilesTest, ALinkBesideTheFileIsNotFollowed) {
  write_file_atomically(path("victim"), text("unchanged"));
  std::filesystem::create_symlink(path("victim"), path("file.tmp"));
  write_file_atomically(path("file"), text("new"));
  EXPECT_EQ(read_file(path("victim"), 100), text("unchanged"));
  EXPECT_EQ(read_file(path("file"), 100), text("new"));
  EXPECT_FALSE(std::filesystem::is_symlink(path("file")));
}

TEST_F(FilesTest, AFailedWriteLeavesTheOldFileAndNothingElse) {
  make_directories(path("taken/inside"));
  EXPECT_CONTAINS(path("taken"), refusal<FileWriteError>([&] { write_file_atomically(path("taken"), text("x")); }));
  EXPECT_TRUE(std::filesystem::is_directory(path("taken")));
  EXPECT_EQ(entries(), 1u);
  const std::string missing = path("no/such/folder/file");
  EXPECT_CONTAINS("No such file", refusal<FileWriteError>([&] { write_file_atomically(missing, text("x")); }));
}

TEST_F(FilesTest, PrivateFilesAreForTheirOwnerAndNeverReplaced) {
  write_new_private_file(path("secret"), text("first"));
  EXPECT_EQ(mode_of(path("secret")), 0600u);
  EXPECT_CONTAINS("refusing to overwrite " + path("secret"),
                  refusal<FileWriteError>([&] { write_new_private_file(path("secret"), text("second")); }));
  EXPECT_EQ(read_file(path("secret"), 100), text("first"));
  std::filesystem::create_symlink(path("nowhere"), path("link"));
  EXPECT_CONTAINS("refusing to overwrite",
                  refusal<FileWriteError>([&] { write_new_private_file(path("link"), text("second")); }));
  EXPECT_FALSE(file_exists(path("nowhere"))) << "written through a link";
}

TEST_F(FilesTest, ReadsRefuseWhatIsMissingTooLongOrNoFile) {
  EXPECT_CONTAINS("cannot read " + path("none"), refusal<FileError>([&] { read_file(path("none"), 10); }));
  EXPECT_CONTAINS("No such file", refusal<FileError>([&] { file_size(path("none")); }));
  write_file_atomically(path("file"), text("0123456789"));
  EXPECT_EQ(read_file(path("file"), 10).size(), 10u);
  EXPECT_CONTAINS("expected at most 9 bytes, actual 10", refusal<FormatError>([&] { read_file(path("file"), 9); }));
  EXPECT_CONTAINS("expected 9 bytes, actual 10", refusal<FormatError>([&] { LoadedFile(path("file"), 9); }));
  EXPECT_CONTAINS("expected 11 bytes, actual 10", refusal<FormatError>([&] { LoadedFile(path("file"), 11); }));
  make_directories(path("folder"));
  EXPECT_CONTAINS("not a regular file", refusal<FileError>([&] { read_file(path("folder"), 10); }));
  EXPECT_CONTAINS("not a regular file", refusal<FileError>([&] { file_size(path("folder")); }));
}

TEST_F(FilesTest, APipeIsNoFile) {
  ASSERT_EQ(mkfifo(path("pipe").c_str(), 0600), 0);
  EXPECT_TRUE(file_exists(path("pipe")));
  EXPECT_CONTAINS("not a regular file", refusal<FileError>([&] { file_size(path("pipe")); }));
  EXPECT_CONTAINS("not a regular file", refusal<FileError>([&] { read_file(path("pipe"), 100); }));
  EXPECT_CONTAINS("not a regular file", refusal<FileError>([&] { read_file_refusing_links(path("pipe"), 100); }));
  EXPECT_CONTAINS("not a regular file", refusal<FileError>([&] { read_private_file(path("pipe"), 100); }));
  EXPECT_CONTAINS("not a regular file", refusal<FileError>([&] { LoadedFile(path("pipe"), 100); }));
}

TEST_F(FilesTest, ExistenceIsThatOfTheEntryItself) {
  EXPECT_FALSE(file_exists(path("link")));
  std::filesystem::create_symlink(path("nowhere"), path("link"));
  EXPECT_TRUE(file_exists(path("link"))) << "a link to nothing takes the name";
}

TEST_F(FilesTest, FoldersAreMadeWithTheirParents) {
  make_directories(path("a/b/c"));
  EXPECT_TRUE(std::filesystem::is_directory(path("a/b/c")));
  EXPECT_NO_THROW(make_directories(path("a/b/c")));
  write_file_atomically(path("file"), text("x"));
  EXPECT_CONTAINS("cannot create " + path("file/below"),
                  refusal<FileWriteError>([&] { make_directories(path("file/below")); }));
}

}  // namespace
}  // namespace hetal
