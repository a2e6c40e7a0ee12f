// A file is on the disk before it has its name, and so has its name before anything depends on it: the order of the
// calls to the system, which preload/recorder.cpp records.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>

#include "base/files.h"
#include "owner/client.h"

namespace hetal {
namespace {

using Lines = std::vector<std::string>;

class Durability : public ::testing::Test {
 protected:
  Durability() : folder(std::filesystem::temp_directory_path() / ("hetal-durable-" + std::to_string(getpid()))) {
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
  }
  ~Durability() override { std::filesystem::remove_all(folder); }

  std::string path(const std::string& name) const { return folder / name; }

  /// What the system was asked to do meanwhile. Temporary names have TEMPORARY for their number.
  template <typename Body>
  Lines calls(const Body& body) const {
    const std::string file = path("record");
    std::ofstream(file).flush();
    setenv("HETAL_TEST_RECORD", file.c_str(), 1);
    body();
    unsetenv("HETAL_TEST_RECORD");
    const std::regex number("\\.[0-9a-f]{16}\\.tmp");
    Lines out;
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);) out.push_back(std::regex_replace(line, number, ".TEMPORARY"));
    return out;
  }

  static Lines replaced(const std::string& file) {
    const std::string part = file + ".TEMPORARY", parent = std::filesystem::path(file).parent_path();
    return {"write " + part, "sync " + part, "rename " + part + " " + file, "sync " + parent};
  }

  std::filesystem::path folder;
};

TEST_F(Durability, AFileIsSynchronizedThenRenamedThenItsFolderIsSynchronized) {
  const std::string file = path("file");
  for (const std::size_t size : {1u, 1u << 20}) {
    EXPECT_EQ(calls([&] { write_file_atomically(file, Bytes(size, 1)); }), replaced(file));
  }
}

TEST_F(Durability, ASecretKeyAndItsNameAreSynchronized) {
  const owner::Client client("insecure_n10_l12", 1, Random::insecure_seed(1), true);
  const std::string file = path("secret");
  EXPECT_EQ(calls([&] { client.save_secret_key(file); }),
            (Lines{"write " + file, "sync " + file, "sync " + folder.string()}));
}

TEST_F(Durability, EachKeyOfABundleIsOnTheDiskBeforeTheNextAndTheManifestIsLast) {
  owner::Client client("insecure_n10_l12", 1, Random::insecure_seed(1), true);
  const std::string bundle = path("keys");
  owner::KeyPlan plan;
  plan.level_of_steps = {{1, 1}};
  plan.relinearization_level = 1;
  plan.conjugation_level = 1;
  plan.bootstrap = true;
  std::size_t keys = 0;
  const Lines actual = calls([&] {
    client.save_public_key(path("public"));
    const auto writer = client.bundle_writer(bundle, plan);
    keys = writer->total();
    while (writer->done() < writer->total()) writer->write_next();
    writer->commit();
  });
  ASSERT_EQ(actual.size(), 4 * (keys + 2));
  Lines expected;
  std::set<std::string> names;
  for (std::size_t i = 2; i < actual.size(); i += 4) {
    // The name is that of the rename; the four lines around it are compared with those of this name.
    const std::string name = actual[i].substr(actual[i].rfind(' ') + 1);
    names.insert(name);
    for (const auto& line : replaced(name)) expected.push_back(line);
  }
  EXPECT_EQ(actual, expected);
  EXPECT_EQ(actual[2], "rename " + path("public") + ".TEMPORARY " + path("public"));
  EXPECT_EQ(expected.back(), "sync " + bundle);
  EXPECT_EQ(actual[actual.size() - 2], "rename " + bundle + "/manifest.TEMPORARY " + bundle + "/manifest");
  std::set<std::string> there{path("public")};
  for (const auto& entry : std::filesystem::directory_iterator(bundle)) there.insert(entry.path());
  EXPECT_EQ(names, there);
}

}  // namespace
}  // namespace hetal
