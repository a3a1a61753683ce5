#include "tests/cli/subprocess.h"

#include <algorithm>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <sys/wait.h>
#include <unistd.h>

namespace pw::cli_test {

namespace fs = std::filesystem;

namespace {

[[noreturn]] void become(const std::vector<std::string>& arguments, const std::string& out,
                         const std::string& err) {
  std::vector<char*> argv = {const_cast<char*>(PW_BINARY)};
  for (const std::string& a : arguments)
    argv.push_back(const_cast<char*>(a.c_str()));
  argv.push_back(nullptr);
  const int nothing = open("/dev/null", O_RDONLY);
  const int to_out = open(out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  const int to_err = open(err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (dup2(nothing, 0) == 0 && dup2(to_out, 1) == 1 && dup2(to_err, 2) == 2)
    execv(PW_BINARY, argv.data());
  _exit(127);
}

} // namespace

std::string slurp(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

Outcome pipewright(const std::vector<std::string>& arguments) {
  const Scratch scratch;
  const std::string out = scratch.path("out");
  const std::string err = scratch.path("err");
  const pid_t child = fork();
  if (child < 0)
    throw std::runtime_error("fork failed");
  if (child == 0)
    become(arguments, out, err);
  int status = 0;
  waitpid(child, &status, 0);
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return {code, slurp(out), slurp(err)};
}

Scratch::Scratch() {
  std::string name = (fs::temp_directory_path() / "pipewright-test-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr)
    throw std::runtime_error("no temporary folder");
  folder_ = name;
}

Scratch::~Scratch() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

std::string Scratch::file(const std::string& name, const std::string& text) const {
  std::ofstream(path(name), std::ios::binary) << text;
  return path(name);
}

std::vector<std::string> Scratch::names() const {
  std::vector<std::string> all;
  for (const auto& entry : fs::directory_iterator(folder_))
    all.push_back(entry.path().filename());
  std::sort(all.begin(), all.end());
  return all;
}

std::string example(const std::string& name) {
  return PW_BINARY_DIR "/examples/" + name + ".bpf.o";
}

} // namespace pw::cli_test
