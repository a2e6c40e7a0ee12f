// A folder of one test, removed with all that is in it.
#pragma once

#include <filesystem>
#include <string>

#include <unistd.h>

namespace hetal {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    static int made = 0;
    folder_ = std::filesystem::temp_directory_path() /
              ("hetal-test-" + std::to_string(getpid()) + "-" + std::to_string(++made));
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  std::string path(const std::string& name) const { return folder_ / name; }

 private:
  std::filesystem::path folder_;
};

}  // namespace hetal
