// Child processes whose output goes to a log.
#pragma once

#include <string>
#include <vector>

namespace pw {

using Command = std::vector<std::string>;

// Runs the commands in `folder`, as many at once as the machine has processors; their output is
// appended to `log`. True if all succeeded. After a failure no more are started.
bool run_commands(const std::vector<Command>&, const std::string& folder, const std::string& log);

// Standard output of a command; "" if it can't be run.
std::string output_of(const Command&);

// In a child between fork and exec (or instead of exec): it is killed when the thread that forked
// it ends, so that nobody works for a parent that was killed. `parent`: its process id.
void end_with_parent(int parent);

// First of these programs that is in PATH; "" if none is.
std::string find_tool(const std::vector<std::string>& names);

} // namespace pw
