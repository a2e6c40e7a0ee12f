// Typed errors of the engine. Each maps to one Java exception (see src/jni/convert.cpp).
#pragma once

#include <sstream>
#include <stdexcept>
#include <string>

namespace hetal {

/// An argument is outside its documented domain; the message states expected and actual.
class InvalidArgument : public std::invalid_argument {
 public:
  using std::invalid_argument::invalid_argument;
};

/// Operands are at unequal levels, or an operation needs more levels than are left.
class LevelError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Operands have unequal scales. The engine never repairs a scale silently.
class ScaleError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The key bundle lacks the key that the operation needs.
class MissingKey : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Bytes do not match their header, size or digest.
class FormatError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A handle or an engine is closed, or a handle was never issued.
class ClosedError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A file cannot be read. The message states the path and the reason.
class FileError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A file cannot be written. The message states the path and the reason.
class FileWriteError : public FileError {
 public:
  using FileError::FileError;
};

/// A parameter set is less secure than the security table demands.
class SecurityError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The system has no more of a resource that may become free again, such as threads.
class ResourceUnavailable : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The device has too little free memory. The caller may free some and try again.
class DeviceOutOfMemory : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The machine lacks the requested device, its driver or its library. The message states which, and how to get it.
class DeviceUnavailable : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The device stopped working or computes wrong results. This process must not use it again.
class DeviceLost : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Joins its arguments into one message: message("level: expected ", 3, ", actual ", 2).
template <typename... Parts>
std::string message(const Parts&... parts) {
  std::ostringstream out;
  out.exceptions(std::ios::badbit);  // otherwise the text would be cut silently when memory runs out
  (out << ... << parts);
  return out.str();
}

/// Throws `Error` with the joined message unless the condition holds, also in release builds.
template <typename Error, typename... Parts>
void require(bool condition, const Parts&... parts) {
  if (!condition) throw Error(message(parts...));
}

}  // namespace hetal
