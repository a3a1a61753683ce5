#include "backends/fpga/device.h"

namespace pw::fpga {

namespace {

constexpr DeviceTools devices[] = {
    {"xcu50", Family::UltraScalePlus, "xcu50-fsvh2104-2-e", "BRAM36", 1344},
    {"xcu200", Family::UltraScalePlus, "xcu200-fsgd2104-2-e", "BRAM36", 2160},
    {"xcu250", Family::UltraScalePlus, "xcu250-figd2104-2L-e", "BRAM36", 2688},
    {"xcu280", Family::UltraScalePlus, "xcu280-fsvh2892-2L-e", "BRAM36", 2016},
    {"ice40hx8k", Family::Ice40, nullptr, "EBR", 32}};

} // namespace

const DeviceTools* tools_of(const std::string& device) {
  for (const DeviceTools& tools : devices)
    if (device == tools.device)
      return &tools;
  return nullptr;
}

} // namespace pw::fpga
