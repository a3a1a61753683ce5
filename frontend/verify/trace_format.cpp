#include "frontend/verify/trace_format.h"

namespace pw::verify {

std::optional<unsigned> count_conversions(std::string_view format) {
  unsigned count = 0;
  for (std::size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%')
      continue;
    if (++i < format.size() && format[i] == '%')
      continue;
    while (i < format.size() &&
           std::string_view("0123456789-+ #").find(format[i]) != std::string_view::npos)
      ++i;
    for (int l = 0; l < 2 && i < format.size() && format[i] == 'l'; ++l)
      ++i;
    if (i >= format.size() || std::string_view("diuxXcp").find(format[i]) == std::string_view::npos)
      return std::nullopt;
    if (++count > 3)
      return std::nullopt;
  }
  return count;
}

} // namespace pw::verify
