// The ways to a running pipeline. All of them carry operations as packets
// (support/control_format.h).
#pragma once

#include "control/pipewright/control.h"
#include "support/control_protocol.h"

#include <memory>
#include <string>
#include <system_error>

namespace pw::control {

// What went wrong between here and there: errno and a sentence.
class ControlError : public std::system_error {
public:
  ControlError(int number, const std::string& what)
      : std::system_error(number, std::generic_category(), what), sentence(what) {}
  std::string sentence;
};

class Transport {
public:
  virtual ~Transport() = default;
  // JSON as describe_control (frontend/control) makes it.
  virtual std::string description() = 0;
  // In order, each becomes its answer. Throws ControlError.
  virtual void exchange(std::vector<Bytes>& operations) = 0;
  // All of a map that operations don't reach: key, value, key, ... Throws ControlError.
  virtual std::vector<Bytes> dump(std::uint32_t map) = 0;
  virtual bool reaches_held_maps() const = 0;
};

// Throw ControlError.
std::unique_ptr<Transport> open_socket(const std::string& path);
std::unique_ptr<Transport> open_registers(const std::string& file, const std::string& signature);
std::unique_ptr<Transport> open_functions(const pipewright_registers&,
                                          const std::string& signature);

} // namespace pw::control
