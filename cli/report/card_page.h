// What the page says instead of a pipeline's sections where micro-engines run the program.
#pragma once

#include "cli/report/figures.h"

#include <string>

namespace pw::cli::report {

std::string card_hardware(const ReportFigures&);   // a line of the summary
std::string word_card(const ReportFigures&);       // a card of the summary's
std::string engines_section(const ReportFigures&); // where a packet's time goes
std::string word_source(const SourceText&);        // a file with the words of each line
std::string words_section(const ReportFigures&);   // share of the code store
std::string card_maps_section(const ReportFigures&);

// Shared with the pipeline's page.
std::string section(const char* id, const char* title, const std::string& content);
std::string paragraph(const std::string&, const char* name = "");
std::string card(const std::string& value, const std::string& what, const char* name = "");
// The head of a file's table of lines, and what is behind it.
std::string source_head(const SourceText&, const std::vector<std::string>& columns);

} // namespace pw::cli::report
