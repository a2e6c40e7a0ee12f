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

/// Bytes that are not what their header, size or digest says.
class FormatError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A handle or an engine that was closed, or a handle that was never given.
class ClosedError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The file system refused to give a file; the message names the path and the reason.
class FileError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The file system refused to take a file; the message names the path and the reason.
class FileWriteError : public FileError {
 public:
  using FileError::FileError;
};

/// A parameter set that the security table refuses.
class SecurityError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The system gives no more of something that others may give back, such as threads.
class ResourceUnavailable : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The device has no memory for the request; the caller may free something and try again.
class DeviceOutOfMemory : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The machine lacks the device that was asked for, its driver or its library; the message says which and how to get
/// it.
class DeviceUnavailable : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The device stopped working or computes wrongly: nothing of it may be used again in this process.
class DeviceLost : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Joins its arguments into one message: message("level: expected ", 3, ", actual ", 2).
template <typename... Parts>
std::string message(const Parts&... parts) {
  std::ostringstream out;
  out.exceptions(std::ios::badbit);  // a stream without memory would otherwise end early and say nothing
  (out << ... << parts);
  return out.str();
}

/// Throws `Error` with the joined message unless the condition holds. Present in release builds.
template <typename Error, typename... Parts>
void require(bool condition, const Parts&... parts) {
  if (!condition) throw Error(message(parts...));
}

}  // namespace hetal
