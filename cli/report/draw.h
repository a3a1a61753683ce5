// The drawings and sections of the page, each as HTML.
#pragma once

#include "cli/report/figures.h"

#include <string>

namespace pw::cli::report {

std::string pipeline_picture(const ReportFigures&);
// Plots: every number in them stands in `data-x` and `data-y` as it does in the table beside.
std::string throughput_plot(const std::vector<SizeFigures>&);
std::string latency_plot(const nic::LatencyFigures&);
std::string resource_plot(const ReportFigures&);

// Numbers as plots and tables show them.
std::string rate_text(double mpps);
std::string time_text(double ns);
std::string share_text(double share); // "4.24 %"

// Of each kind of block: what is taken together, and what the device has.
struct Share {
  std::string name;
  std::uint64_t taken = 0, of = 0;
  double share() const { return of == 0 ? 0 : double(taken) / double(of); }
};
std::vector<Share> shares_of(const ReportFigures&);

std::string style_sheet();
// The whole page, from the document type to the last tag.
std::string page(const ReportFigures&);

} // namespace pw::cli::report
