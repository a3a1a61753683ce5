// The module pipewright_mpi.so: Boost.MPI behind the transport's interface.
#include "cli/sweep/transport.h"

#include <boost/mpi.hpp>

#include <cstdlib>
#include <list>

namespace pw::cli::sweep {

namespace {

class MpiTransport : public Transport {
public:
  unsigned rank() const override { return unsigned(world_.rank()); }
  unsigned size() const override { return unsigned(world_.size()); }

  void send(unsigned to, const std::string& text) override {
    std::erase_if(sent_, [](auto& sending) { return sending.request.test().has_value(); });
    sent_.push_back({text, {}});
    sent_.back().request = world_.isend(int(to), tag, sent_.back().text);
  }

  std::optional<Letter> receive() override {
    const auto status = world_.iprobe(boost::mpi::any_source, tag);
    if (!status)
      return std::nullopt;
    Letter letter{.from = unsigned(status->source()), .text = {}};
    world_.recv(status->source(), tag, letter.text);
    return letter;
  }

  void close(bool all_alive) override {
    if (!all_alive)
      boost::mpi::environment::abort(0); // to finalize would wait for the lost rank
    for (Sending& sending : sent_)
      sending.request.wait();
    sent_.clear();
  }

private:
  static constexpr int tag = 1;
  struct Sending {
    std::string text;
    boost::mpi::request request;
  };

  boost::mpi::environment environment_;
  boost::mpi::communicator world_;
  std::list<Sending> sent_; // a message must live until it has left
};

} // namespace

extern "C" Transport* pw_make_transport() { return new MpiTransport; }

} // namespace pw::cli::sweep
