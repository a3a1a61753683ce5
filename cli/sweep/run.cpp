#include "cli/sweep/run.h"

#include "cli/sweep/children.h"

#include <algorithm>
#include <chrono>
#include <deque>
#include <set>

namespace pw::cli::sweep {

namespace {

using Clock = std::chrono::steady_clock;

constexpr unsigned look_ms = 20;     // between two looks at children and letters
constexpr double report_every_s = 5; // a rank that is busy says that it is alive

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// What is still to be done, and what has become of the rest.
class Work {
public:
  Work(const std::vector<Point>& points, Store& store, const RunOptions& options,
       const Watch& watch)
      : points_(points), store_(store), options_(options), watch_(watch), attempts_(points.size()),
        taken_(points.size()) {
    std::set<std::string> seen; // equal points run once
    for (std::size_t i = 0; i < points.size(); ++i)
      if (!is_done(i) && seen.insert(points[i].key).second)
        waiting_.push_back(i);
    open_ = waiting_.size();
    tell();
  }

  bool finished() const { return open_ == 0; }

  std::optional<std::size_t> next() {
    if (waiting_.empty())
      return std::nullopt;
    const std::size_t point = waiting_.front();
    waiting_.pop_front();
    ++attempts_[point];
    return point;
  }

  void take(Finished f) {
    if (taken_[f.point])
      return; // of a rank that was taken for lost
    if (f.lost && attempts_[f.point] < options_.attempts) {
      waiting_.push_back(f.point);
      return;
    }
    taken_[f.point] = true;
    f.outcome.attempts = attempts_[f.point];
    store_.add(points_[f.point], std::move(f.outcome));
    std::erase(waiting_, f.point);
    --open_;
    tell();
  }

  const Point& point(std::size_t i) const { return points_[i]; }

private:
  // What failed in an earlier sweep is run again: the reason may be gone.
  bool is_done(std::size_t i) const {
    const Outcome* known = store_.find(points_[i].key);
    return known != nullptr && known->error.empty();
  }

  void tell() const { watch_(points_.size() - open_, points_.size(), seconds_since(start_)); }

  const std::vector<Point>& points_;
  Store& store_;
  const RunOptions& options_;
  const Watch& watch_;
  std::vector<unsigned> attempts_;
  std::vector<bool> taken_; // in this sweep
  std::deque<std::size_t> waiting_;
  std::size_t open_ = 0; // waiting or running
  Clock::time_point start_ = Clock::now();
};

void fill(Children& children, Work& work, unsigned jobs) {
  while (children.running() < jobs) {
    const auto point = work.next();
    if (!point)
      return;
    children.start(*point, work.point(*point).arguments);
  }
}

Json letter_of(const Finished& f) {
  return {{"point", f.point},
          {"lost", f.lost},
          {"result", f.outcome.result},
          {"error", f.outcome.error},
          {"diagnostics", f.outcome.diagnostics}};
}

Finished finished_of(const Json& letter) {
  return {.point = letter.at("point"),
          .outcome = {.result = letter.at("result"),
                      .error = letter.at("error"),
                      .diagnostics = letter.at("diagnostics")},
          .lost = letter.at("lost")};
}

// The ranks as rank 0 sees them.
class Ranks {
public:
  Ranks(Transport& transport, Work& work, unsigned silence_s)
      : transport_(transport), work_(work), silence_s_(silence_s), ranks_(transport.size()) {}

  void look() {
    while (const auto letter = transport_.receive())
      take(*letter);
    for (unsigned r = 1; r < ranks_.size(); ++r) {
      if (!ranks_[r].lost && seconds_since(ranks_[r].heard) > silence_s_)
        lose(ranks_[r]);
      if (!ranks_[r].lost && ranks_[r].idle)
        give(r);
    }
  }

  bool all_alive() const {
    return std::ranges::none_of(ranks_, [](const Rank& r) { return r.lost; });
  }

  void stop() {
    for (unsigned r = 1; r < ranks_.size(); ++r)
      if (!ranks_[r].lost)
        transport_.send(r, Json{{"stop", true}}.dump());
  }

private:
  struct Rank {
    bool idle = false, lost = false;
    std::optional<std::size_t> point;
    Clock::time_point heard = Clock::now();
  };

  void take(const Letter& letter) {
    Rank& rank = ranks_.at(letter.from);
    rank.heard = Clock::now();
    const Json text = Json::parse(letter.text);
    if (text.contains("alive"))
      return;
    rank.idle = true;
    rank.point.reset();
    if (text.contains("point"))
      work_.take(finished_of(text));
  }

  void give(unsigned r) {
    const auto point = work_.next();
    if (!point)
      return;
    ranks_[r].idle = false;
    ranks_[r].point = point;
    transport_.send(r,
                    Json{{"point", *point}, {"arguments", work_.point(*point).arguments}}.dump());
  }

  void lose(Rank& rank) {
    rank.lost = true;
    if (rank.point)
      work_.take({.point = *rank.point,
                  .outcome = {.result = nullptr, .error = "its rank was lost"},
                  .lost = true});
  }

  Transport& transport_;
  Work& work_;
  unsigned silence_s_;
  std::vector<Rank> ranks_;
};

} // namespace

void run_here(const std::vector<Point>& points, Store& store, const RunOptions& options,
              const Watch& watch) {
  Work work(points, store, options, watch);
  Children children;
  while (!work.finished()) {
    fill(children, work, options.jobs);
    if (auto f = children.wait(look_ms))
      work.take(std::move(*f));
  }
}

void coordinate(const std::vector<Point>& points, Store& store, const RunOptions& options,
                const Watch& watch, Transport& transport) {
  Work work(points, store, options, watch);
  Ranks ranks(transport, work, options.silence_s);
  Children children;
  while (!work.finished()) {
    ranks.look();
    fill(children, work, options.jobs);
    if (auto f = children.wait(look_ms))
      work.take(std::move(*f));
  }
  ranks.stop();
  transport.close(ranks.all_alive());
}

void serve(Transport& transport) {
  Children children;
  Clock::time_point said = Clock::now();
  transport.send(0, Json{{"ready", true}}.dump());
  for (;;) {
    if (const auto letter = transport.receive()) {
      const Json text = Json::parse(letter->text);
      if (text.contains("stop"))
        break;
      children.start(text.at("point"), text.at("arguments").get<std::vector<std::string>>());
    }
    if (const auto f = children.wait(look_ms)) {
      transport.send(0, letter_of(*f).dump());
      said = Clock::now();
    }
    if (seconds_since(said) > report_every_s) {
      transport.send(0, Json{{"alive", true}}.dump());
      said = Clock::now();
    }
  }
  transport.close(true);
}

} // namespace pw::cli::sweep
