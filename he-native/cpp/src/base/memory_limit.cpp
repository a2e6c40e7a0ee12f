#include "base/memory_limit.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <string_view>

#include <fcntl.h>
#include <unistd.h>

namespace hetal {
namespace {

constexpr std::uint64_t kUnknown = std::numeric_limits<std::uint64_t>::max();

/// The beginning of a small file of the kernel. Empty if there is no such file.
class SmallFile {
 public:
  explicit SmallFile(const std::string& path) {
    const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return;
    const ssize_t got = read(descriptor, text_.data(), text_.size());
    close(descriptor);
    if (got > 0) size_ = static_cast<std::size_t>(got);
  }
  std::string_view text() const { return {text_.data(), size_}; }

 private:
  std::array<char, 1 << 14> text_;
  std::size_t size_ = 0;
};

/// The rest of the line that begins with `word`. Empty if there is no such line.
std::string_view after(std::string_view text, std::string_view word) {
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    if (line.starts_with(word)) return line.substr(word.size());
    text.remove_prefix(std::min(text.size(), line.size() + 1));
  }
  return {};
}

std::uint64_t number(std::string_view text, std::uint64_t otherwise) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  std::uint64_t out = otherwise;
  return std::from_chars(text.data(), text.data() + text.size(), out).ec == std::errc() ? out : otherwise;
}

/// The number in the text. kUnknown if the text is "max" or empty.
std::uint64_t number_in(const std::string& file) { return number(SmallFile(file).text(), kUnknown); }

/// The number in the line that begins with a word. 0 if there is no such line.
std::uint64_t number_after(const std::string& file, std::string_view word) {
  return number(after(SmallFile(file).text(), word), 0);
}

/// Names of the files of one version of control groups.
struct Version {
  const char *mount, *limit, *used;
  const char* cache[2];  ///< lines of memory.stat: cached pages of files, which the system can free
};
constexpr Version kVersion1{"/sys/fs/cgroup/memory",
                            "memory.limit_in_bytes",
                            "memory.usage_in_bytes",
                            {"total_inactive_file ", "total_active_file "}};
constexpr Version kVersion2{"/sys/fs/cgroup", "memory.max", "memory.current", {"inactive_file ", "active_file "}};

std::uint64_t left_in_group(const std::string& folder, const Version& version) {
  const std::uint64_t limit = number_in(folder + "/" + version.limit), used = number_in(folder + "/" + version.used);
  if (limit == kUnknown || used == kUnknown) return kUnknown;
  std::uint64_t fixed = used;
  for (const char* line : version.cache) fixed -= std::min(fixed, number_after(folder + "/memory.stat", line));
  return limit - std::min(limit, fixed);
}

/// The least memory left of a group and of all groups that contain it. Inside a container the path may be that of the
/// host, which is not mounted.
std::uint64_t left_in_groups(const std::string& root, std::string path, const Version& version) {
  std::uint64_t out = left_in_group(root + version.mount, version);
  while (path.size() > 1) {
    out = std::min(out, left_in_group(root + version.mount + path, version));
    path.erase(path.rfind('/'));
  }
  return out;
}

std::uint64_t left_on_machine(const std::string& root) {
  const std::string file = root + "/proc/meminfo";
  const std::uint64_t kib = number_after(file, "MemAvailable:");
  return kib == 0 ? kUnknown : (kib + number_after(file, "SwapFree:")) << 10;
}

}  // namespace

std::uint64_t memory_left(const std::string& root) {
  std::uint64_t out = left_on_machine(root);
  const SmallFile file(root + "/proc/self/cgroup");
  std::string_view lines = file.text();  // "4:memory:/path" or "0::/path"
  while (!lines.empty()) {
    const std::string_view line = lines.substr(0, lines.find('\n'));
    lines.remove_prefix(std::min(lines.size(), line.size() + 1));
    const std::size_t first = line.find(':'), second = line.find(':', first + 1);
    if (second == std::string_view::npos) continue;
    std::string_view controllers = line.substr(first + 1, second - first - 1);
    const std::string path(line.substr(second + 1));
    if (controllers.empty()) out = std::min(out, left_in_groups(root, path, kVersion2));
    while (!controllers.empty()) {
      const std::string_view one = controllers.substr(0, controllers.find(','));
      if (one == "memory") out = std::min(out, left_in_groups(root, path, kVersion1));
      controllers.remove_prefix(std::min(controllers.size(), one.size() + 1));
    }
  }
  return out;
}

}  // namespace hetal
