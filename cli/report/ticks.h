// Where axes have their marks, and what stands there.
#pragma once

#include <string>
#include <vector>

namespace pw::cli::report {

// 0, step, 2 step, ... up to the first at or above `most`; the step is 1, 2 or 5 times a power of
// ten, and there are at most `steps` of them (at least 2). most > 0.
std::vector<double> linear_ticks(double most, unsigned steps = 6);

// 1, 2 and 5 times powers of ten; only powers if these would be more than 12. The first is at or
// below `least`, the last at or above `most`, and there are at least two. 0 < least <= most.
std::vector<double> log_ticks(double least, double most);

// "0", "0.05", "250", "20k", "1.5M".
std::string tick_text(double);

} // namespace pw::cli::report
