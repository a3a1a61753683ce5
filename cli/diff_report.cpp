#include "cli/diff_report.h"

namespace pw::cli {

namespace {

Json difference_json(const std::optional<Difference>& d) {
  if (!d)
    return nullptr;
  Json values = Json::object();
  for (const DiffValue& v : d->values)
    values[v.engine] = v.value;
  return {{"packet", d->packet ? Json(*d->packet) : Json(nullptr)},
          {"field", d->field},
          {"detail", d->detail},
          {"values", values}};
}

std::string difference_text(const Difference& d) {
  std::string where = d.packet ? "packet " + std::to_string(*d.packet) : "after the last packet";
  Table table({"  engine", "value"});
  for (const DiffValue& v : d.values)
    table.row({"  " + v.engine, v.value});
  return where + ": " + d.field + (d.detail.empty() ? "" : ", " + d.detail) + "\n" + table.text();
}

// What keeps packets from an engine.
std::string why_unsupported(const std::string& engine) {
  if (engine == "kernel")
    return " (Linux test-runs frames of 14 to 3520 bytes only, tc programs on up to 3712 and on "
           "none "
           "that ends inside its network header)";
  if (engine == "nfp")
    return " (the frame doesn't fit the card's packet buffer)";
  return "";
}

std::string unsupported_text(const std::vector<std::string>& engines, std::size_t packets,
                             const DiffResult& r) {
  std::string out;
  for (std::size_t i = 0; i < r.unsupported.size(); ++i)
    if (r.unsupported[i] > 0)
      out += "unsupported: " + std::to_string(r.unsupported[i]) + " of " + std::to_string(packets) +
             " packets can't be run by engine " + engines[i] + why_unsupported(engines[i]) +
             ", they are compared among the others\n";
  if (r.evicted)
    out += "evicted: from packet " + std::to_string(*r.evicted) +
           " on Linux may evict other entries of an LRU map than hardware does; kernel is compared "
           "with the others up to there" +
           (r.followed == 0 ? std::string()
                            : ", and for " + std::to_string(r.followed) +
                                  " packets behind that with what its own entries lead to") +
           "\n";
  return out;
}

std::string reproduction_text(const DiffResult& r, const Reproduction& saved) {
  return "\nminimised to " + std::to_string(r.packets.size()) +
         (r.packets.size() == 1 ? " packet in " : " packets in ") + saved.capture + "\n" +
         (r.minimised ? difference_text(*r.minimised) : "") + "to see it again:\n  " +
         saved.command + "\n";
}

} // namespace

Json diff_json(const std::vector<std::string>& engines, const DiffResult& r,
               const std::optional<Reproduction>& saved) {
  Json unsupported = Json::object();
  for (std::size_t i = 0; i < engines.size(); ++i)
    unsupported[engines[i]] = i < r.unsupported.size() ? r.unsupported[i] : 0;
  Json j = {{"engines", engines},         {"compared", r.compared},
            {"unsupported", unsupported}, {"evicted", r.evicted ? Json(*r.evicted) : Json(nullptr)},
            {"followed", r.followed},     {"difference", difference_json(r.difference)}};
  if (saved)
    j["reproduce"] = {{"capture", saved->capture},
                      {"maps", saved->maps.empty() ? Json(nullptr) : Json(saved->maps)},
                      {"packets", r.packets.size()},
                      {"difference", difference_json(r.minimised)},
                      {"command", saved->command}};
  return j;
}

std::string diff_text(const std::vector<std::string>& engines, std::size_t packets,
                      const DiffResult& r, const std::optional<Reproduction>& saved) {
  std::string names;
  for (const std::string& name : engines)
    names += (names.empty() ? "" : ", ") + name;
  const std::string out = unsupported_text(engines, packets, r);
  if (!r.difference)
    return out + "no difference: " + std::to_string(r.compared) + " packets, engines " + names +
           "\n";
  return out + "first difference among " + names + "\n" + difference_text(*r.difference) +
         (saved ? reproduction_text(r, *saved) : "");
}

} // namespace pw::cli
