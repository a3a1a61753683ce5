// What `pipewright estimate` prints. docs/estimate.schema.json describes the JSON.
#pragma once

#include "cli/output.h"
#include "sim/nic/result.h"

namespace pw::cli {

// Keys are stable: they are only added to, and schema_version rises if a meaning changes.
Json estimate_json(const nic::EstimateResult&, const std::vector<Diagnostic>& warnings);

std::string estimate_text(const nic::EstimateResult&);

} // namespace pw::cli
