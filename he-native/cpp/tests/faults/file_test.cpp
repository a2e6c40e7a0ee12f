// Files that shrink, disks that are full and links that somebody planted.
#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <thread>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/files.h"
#include "engine/engine.h"
#include "owner/client.h"

namespace hetal {
namespace {

class FileFaults : public ::testing::Test {
 protected:
  FileFaults() : folder(std::filesystem::temp_directory_path() / ("hetal-files-" + std::to_string(getpid()))) {
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
  }
  ~FileFaults() override { std::filesystem::remove_all(folder); }

  std::string path(const char* name) const { return folder / name; }
  std::vector<std::string> names() const {
    std::vector<std::string> out;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) out.push_back(entry.path().filename());
    return out;
  }
  /// Runs the body in a process whose files may have 64 KiB, as on a disk with so much left.
  static void with_little_space(const std::function<int()>& body) {
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      std::signal(SIGXFSZ, SIG_IGN);  // as Java does
      const rlimit little{1 << 16, 1 << 16};
      setrlimit(RLIMIT_FSIZE, &little);
      _exit(body());
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFEXITED(status)) << "signal " << WTERMSIG(status);
    EXPECT_EQ(WEXITSTATUS(status), 0);
  }

  // The file of the key of rotations by one step, in a whole bundle of it.
  std::string rotation_key(owner::Client& client) const {
    owner::KeyPlan plan;
    plan.level_of_steps = {{1, 12}};
    const auto writer = client.bundle_writer(path("keys"), plan);
    while (writer->done() < writer->total()) writer->write_next();
    writer->commit();
    return path("keys/galois_5.key");
  }

  std::filesystem::path folder;
};

// A mapped file that shrinks ends the process by SIGBUS.
TEST_F(FileFaults, AKeyThatShrinksWhileItIsReadIsAFormatError) {
  owner::Client client("insecure_n12_l12", 1, Random::insecure_seed(1), true);
  const std::string key = rotation_key(client);
  const Bytes good = read_file(key, 1 << 26);
  engine::Engine engine(path("keys"), device::Choice::cpu(1));
  std::atomic<bool> done{false};
  std::thread truncating([&] {
    while (!done) {
      std::filesystem::resize_file(key, 0);
      std::ofstream(key, std::ios::binary).write(reinterpret_cast<const char*>(good.data()), std::ssize(good));
    }
  });
  int refused = 0;
  for (int i = 0; i < 200; ++i) {
    try {
      const LoadedFile file(key, good.size());
      Sha256 sha;
      sha.update(file.bytes().data(), file.bytes().size());
      sha.finish();
    } catch (const FormatError&) { ++refused; }
  }
  for (bool rotated = false; !rotated;) {
    try {
      engine.rotate(engine.zero(1), 1);
      rotated = true;
    } catch (const FormatError&) {
      ++refused;
      if (refused > 100) done = true;
    }
  }
  done = true;
  truncating.join();
  EXPECT_GT(refused, 0);
}

TEST_F(FileFaults, ADiskThatIsFullSaysSoAndTheOldFileStaysAlone) {
  const Bytes old(100, 1), large(1 << 20, 2);
  write_file_atomically(path("file"), old);
  with_little_space([&] {
    try {
      write_file_atomically(path("file"), large);
    } catch (const FileWriteError& e) {
      return std::string(e.what()).find("File too large") != std::string::npos ? 0 : 2;
    }
    return 1;
  });
  EXPECT_EQ(read_file(path("file"), 1 << 20), old);
  EXPECT_EQ(names(), std::vector<std::string>{"file"});
}

TEST_F(FileFaults, ASecretKeyThatDoesNotFitLeavesNothing) {
  const Bytes large(1 << 20, 2);
  with_little_space([&] {
    try {
      write_new_private_file(path("secret"), large);
    } catch (const FileWriteError&) { return 0; }
    return 1;
  });
  EXPECT_EQ(names(), std::vector<std::string>{});
}

TEST_F(FileFaults, APlantedLinkIsNotFollowed) {
  const Bytes precious(10, 7);
  write_file_atomically(path("precious"), precious);
  std::filesystem::create_symlink("precious", folder / "manifest.tmp");
  write_file_atomically(path("manifest"), Bytes(5, 1));
  EXPECT_EQ(read_file(path("precious"), 100), precious);
  EXPECT_FALSE(std::filesystem::is_symlink(folder / "manifest"));
  EXPECT_EQ(read_file(path("manifest"), 100), Bytes(5, 1));
}

// The key behind the link is a good one: only the link is refused.
TEST_F(FileFaults, ALinkInPlaceOfAKeyFileIsNotFollowed) {
  owner::Client client("insecure_n10_l12", 1, Random::insecure_seed(1), true);
  const std::string key = rotation_key(client);
  std::filesystem::rename(key, path("elsewhere"));
  std::filesystem::create_symlink(path("elsewhere"), key);
  try {
    const LoadedFile file(key, file_size(key));
    ADD_FAILURE() << "expected a refusal, actual " << file.bytes().size() << " bytes";
  } catch (const FileError& e) { EXPECT_EQ(e.what(), "cannot read " + key + ": Too many levels of symbolic links"); }
  auto rotate = [&] {
    engine::Engine engine(path("keys"), device::Choice::cpu(1));
    engine.rotate(engine.zero(1), 1);
  };
  EXPECT_THROW(rotate(), FileError);
  std::filesystem::remove(key);
  std::filesystem::rename(path("elsewhere"), key);
  EXPECT_NO_THROW(rotate());
}

TEST_F(FileFaults, RefusalsSayWhichAndWhy) {
  auto text = [](const std::function<void()>& body) -> std::string {
    try {
      body();
    } catch (const FileWriteError& e) { return std::string("write: ") + e.what(); } catch (const FileError& e) {
      return std::string("read: ") + e.what();
    }
    return "";
  };
  EXPECT_EQ(text([&] { read_file(path("none"), 10); }),
            "read: cannot read " + path("none") + ": No such file or directory");
  EXPECT_EQ(text([&] { LoadedFile(path("none"), 10); }),
            "read: cannot read " + path("none") + ": No such file or directory");
  EXPECT_EQ(text([&] { write_file_atomically(path("none/file"), {}); }),
            "write: cannot write " + path("none/file") + ": No such file or directory");
  EXPECT_EQ(text([&] { write_new_private_file("/proc/self/none", {}); }),
            "write: cannot write /proc/self/none: No such file or directory");
}

}  // namespace
}  // namespace hetal
