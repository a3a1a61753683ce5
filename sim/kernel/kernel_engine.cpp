// The engine: starts the worker process and speaks with it.
#include "sim/engine.h"
#include "sim/kernel/worker.h"
#include "sim/maps/contents.h"

#include <cerrno>
#include <cstring>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace pw {

namespace {

using kernel::Answer;
using kernel::Message;
using kernel::Request;

constexpr std::size_t packets_a_message = 1024;

Failure stopped(const std::string& what) {
  return Failure(diagnose("PW-ENG-005", "the worker of the kernel engine stopped: " + what));
}

class KernelEngine : public Engine {
public:
  explicit KernelEngine(const EngineInput& input) : object_(*input.object) {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
      throw stopped(std::strerror(errno));
    child_ = ::fork();
    if (child_ == 0) {
      ::close(ends[0]);
      kernel::serve(ends[1], input);
    }
    ::close(ends[1]);
    socket_ = ends[0];
    if (child_ < 0) {
      ::close(socket_);
      throw stopped(std::strerror(errno));
    }
    try {
      await();
    } catch (...) {
      end();
      throw;
    }
  }

  KernelEngine(const KernelEngine&) = delete;
  KernelEngine& operator=(const KernelEngine&) = delete;
  ~KernelEngine() override { end(); }

  void set_maps(const MapState& state) override {
    check_maps(state, object_);
    Message request = request_of(Request::SetMaps);
    kernel::put_maps(request, state);
    ask(request);
  }

  MapState maps() override {
    Message answer = ask(request_of(Request::GetMaps));
    return kernel::get_maps(answer);
  }

  std::vector<PacketResult> run(std::span<const Packet> packets) override {
    std::vector<PacketResult> results;
    results.reserve(packets.size());
    while (results.size() < packets.size()) {
      const auto batch = packets.subspan(
          results.size(), std::min(packets_a_message, packets.size() - results.size()));
      Message request = request_of(Request::Run);
      request.put(static_cast<std::uint64_t>(batch.size()));
      for (const Packet& packet : batch)
        kernel::put_packet(request, packet);
      Message answer = ask(request);
      for (std::size_t i = 0; i < batch.size(); ++i)
        results.push_back(kernel::get_result(answer));
      first_eviction_ = kernel::get_eviction(answer);
    }
    return results;
  }

  std::optional<std::uint32_t> first_eviction() const override { return first_eviction_; }

private:
  static Message request_of(Request kind) {
    Message request;
    request.put(static_cast<std::uint8_t>(kind));
    return request;
  }

  Message ask(const Message& request) {
    if (!kernel::send_message(socket_, request))
      throw stopped("it does not listen");
    return await();
  }

  Message await() {
    auto message = kernel::receive_message(socket_);
    if (!message)
      throw stopped("it does not answer");
    if (static_cast<Answer>(message->get<std::uint8_t>()) == Answer::Failed)
      throw kernel::get_failure(*message);
    return std::move(*message);
  }

  // The worker ends when its connection does; workers started later hold copies of this end, too.
  void end() {
    ::shutdown(socket_, SHUT_RDWR);
    ::close(socket_);
    while (::waitpid(child_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }

  const Object& object_;
  pid_t child_ = -1;
  int socket_ = -1;
  std::optional<std::uint32_t> first_eviction_;
};

} // namespace

std::unique_ptr<Engine> make_kernel_engine(const EngineInput& input) {
  return std::make_unique<KernelEngine>(input);
}

} // namespace pw
