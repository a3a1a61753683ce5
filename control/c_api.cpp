#include "control/maps.h"

#include <cerrno>
#include <cstring>

// Nothing is thrown beyond these functions.
struct pipewright_control {
  explicit pipewright_control(std::unique_ptr<pw::control::Transport> transport)
      : maps(std::move(transport)) {}
  pw::control::Maps maps;
  std::string error;
};

namespace {

using namespace pw::control;

thread_local std::string open_error;

template <typename Function> int guarded(std::string& sentence, Function function) {
  try {
    return function();
  } catch (const ControlError& error) {
    sentence = error.sentence;
    return -error.code().value();
  } catch (const std::bad_alloc&) {
    sentence = "out of memory";
    return -ENOMEM;
  } catch (const std::exception& error) {
    sentence = error.what();
    return -EPROTO;
  }
}

template <typename Open> pipewright_control* opened(Open open) {
  pipewright_control* control = nullptr;
  const int error = guarded(open_error, [&] {
    control = new pipewright_control(open());
    return 0;
  });
  if (error != 0)
    errno = -error;
  return control;
}

template <typename Function> int on_map(pipewright_control* control, int map, Function function) {
  control->error.clear();
  const MapInfo* info = map < 0 ? nullptr : control->maps.find(std::uint32_t(map));
  if (!info) {
    control->error = "there is no map with id " + std::to_string(map);
    return -ENOENT;
  }
  const int result = guarded(control->error, [&] { return function(*info); });
  if (result < 0 && control->error.empty())
    control->error = std::strerror(-result);
  return result;
}

ByteSpan span_of(const void* bytes, std::size_t size) {
  return {static_cast<const std::uint8_t*>(bytes), size};
}

std::vector<Entry> entries_of(const MapInfo& map, const void* keys, const void* values,
                              std::uint32_t count) {
  std::vector<Entry> out(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto* key = static_cast<const std::uint8_t*>(keys) + std::size_t{i} * map.key_bytes;
    out[i].key.assign(key, key + map.key_bytes);
    if (!values)
      continue;
    const auto* value = static_cast<const std::uint8_t*>(values) + std::size_t{i} * map.value_bytes;
    out[i].value.assign(value, value + map.value_bytes);
  }
  return out;
}

// As libbpf's batches: the first error ends it; *count are those before.
int until_error(const std::vector<int>& results, std::uint32_t* count) {
  for (std::uint32_t i = 0; i < results.size(); ++i)
    if (results[i] != 0) {
      *count = i;
      return results[i];
    }
  return 0;
}

template <typename One> int batch(std::uint32_t* count, std::uint32_t piece, One one) {
  const std::uint32_t all = *count;
  for (std::uint32_t from = 0; from < all; from += piece) {
    std::uint32_t done = std::min(piece, all - from);
    const int result = until_error(one(from, done), &done);
    *count = from + done;
    if (result != 0)
      return result;
  }
  return 0;
}

// Operations that are sent at once: those behind one that fails must not happen.
constexpr std::uint32_t one_at_a_time = 1;

struct Batch {
  const std::uint32_t* from;
  std::uint32_t* to;
  void *keys, *values;
  std::uint32_t* count;
};

// What is not there any more when it is to be removed is left out.
int lookup_batch(Maps& maps, const MapInfo& m, const Batch& batch, bool remove) {
  std::uint32_t cursor = batch.from ? *batch.from : 0, n = 0;
  std::vector<Entry> found;
  const bool more = maps.entries(m, cursor, *batch.count, found);
  for (Entry& entry : found) {
    const int error = remove ? maps.lookup_and_remove(m, entry.key, entry.value) : 0;
    if (error == -ENOENT)
      continue;
    if (error != 0) {
      *batch.count = n;
      return error;
    }
    std::memcpy(static_cast<std::uint8_t*>(batch.keys) + std::size_t{n} * m.key_bytes,
                entry.key.data(), m.key_bytes);
    std::memcpy(static_cast<std::uint8_t*>(batch.values) + std::size_t{n} * m.value_bytes,
                entry.value.data(), m.value_bytes);
    ++n;
  }
  *batch.count = n;
  *batch.to = cursor;
  return more ? 0 : -ENOENT;
}

void copy(char* to, std::size_t room, const std::string& text) {
  const std::size_t n = std::min(room - 1, text.size());
  std::memcpy(to, text.data(), n);
  to[n] = 0;
}

} // namespace

extern "C" {

pipewright_control* pipewright_open_socket(const char* path) {
  return opened([&] { return open_socket(path); });
}

pipewright_control* pipewright_open_registers(const char* file, const char* signature) {
  return opened([&] { return open_registers(file, signature); });
}

pipewright_control* pipewright_open_functions(const pipewright_registers* registers,
                                              const char* signature) {
  return opened([&] { return open_functions(*registers, signature); });
}

void pipewright_close(pipewright_control* control) { delete control; }

const char* pipewright_error(const pipewright_control* control) {
  return control ? control->error.c_str() : open_error.c_str();
}

int pipewright_map_count(const pipewright_control* control) {
  return int(control->maps.all().size());
}

int pipewright_map_get_info(const pipewright_control* control, int number,
                            pipewright_map_info* out) {
  const auto& all = control->maps.all();
  if (number < 0 || std::size_t(number) >= all.size())
    return -ENOENT;
  const MapInfo& map = all[std::size_t(number)];
  *out = {};
  out->id = map.id;
  out->type = map.type;
  out->key_size = map.key_bytes;
  out->value_size = map.value_bytes;
  out->max_entries = map.max_entries;
  out->map_flags = map.flags;
  out->cpu = control->maps.cpu();
  out->live = map.access == Access::Live;
  copy(out->type_name, sizeof out->type_name, map.type_name);
  copy(out->name, sizeof out->name, map.name);
  return 0;
}

int pipewright_map_find(const pipewright_control* control, const char* name) {
  const MapInfo* map = control->maps.find(std::string(name));
  return map ? int(map->id) : -ENOENT;
}

int pipewright_map_lookup_elem(pipewright_control* control, int map, const void* key, void* value) {
  return on_map(control, map, [&](const MapInfo& m) {
    Bytes found;
    const int result = control->maps.lookup(m, span_of(key, m.key_bytes), found);
    if (result == 0)
      std::memcpy(value, found.data(), found.size());
    return result;
  });
}

int pipewright_program_find(const pipewright_control* control, const char* name) {
  const auto found = control->maps.program(name);
  return found ? int(*found) : -ENOENT;
}

int pipewright_map_lookup_and_delete_elem(pipewright_control* control, int map, const void* key,
                                          void* value) {
  return on_map(control, map, [&](const MapInfo& m) {
    Bytes found;
    const int result = control->maps.lookup_and_remove(m, span_of(key, m.key_bytes), found);
    if (result == 0)
      std::memcpy(value, found.data(), found.size());
    return result;
  });
}

int pipewright_map_update_elem(pipewright_control* control, int map, const void* key,
                               const void* value, uint64_t flags) {
  return on_map(control, map, [&](const MapInfo& m) {
    return control->maps.update(m, span_of(key, m.key_bytes), span_of(value, m.value_bytes), flags);
  });
}

int pipewright_map_delete_elem(pipewright_control* control, int map, const void* key) {
  return on_map(control, map, [&](const MapInfo& m) {
    return control->maps.remove(m, span_of(key, m.key_bytes));
  });
}

int pipewright_map_get_next_key(pipewright_control* control, int map, const void* key,
                                void* next_key) {
  return on_map(control, map, [&](const MapInfo& m) {
    Bytes next;
    const int result = control->maps.next_key(m, span_of(key, key ? m.key_bytes : 0), next);
    if (result == 0)
      std::memcpy(next_key, next.data(), next.size());
    return result;
  });
}

int pipewright_map_update_batch(pipewright_control* control, int map, const void* keys,
                                const void* values, uint32_t* count, uint64_t flags) {
  return on_map(control, map, [&](const MapInfo& m) {
    const std::vector<Entry> all = entries_of(m, keys, values, *count);
    return batch(count, one_at_a_time, [&](std::uint32_t from, std::uint32_t n) {
      return control->maps.update_all(m, std::span(all).subspan(from, n), flags);
    });
  });
}

int pipewright_map_delete_batch(pipewright_control* control, int map, const void* keys,
                                uint32_t* count) {
  return on_map(control, map, [&](const MapInfo& m) {
    const std::vector<Entry> all = entries_of(m, keys, nullptr, *count);
    return batch(count, one_at_a_time, [&](std::uint32_t from, std::uint32_t n) {
      return control->maps.remove_all(m, std::span(all).subspan(from, n));
    });
  });
}

int pipewright_map_lookup_batch(pipewright_control* control, int map, const uint32_t* in_batch,
                                uint32_t* out_batch, void* keys, void* values, uint32_t* count) {
  return on_map(control, map, [&](const MapInfo& m) {
    return lookup_batch(control->maps, m, {in_batch, out_batch, keys, values, count}, false);
  });
}

int pipewright_map_lookup_and_delete_batch(pipewright_control* control, int map,
                                           const uint32_t* in_batch, uint32_t* out_batch,
                                           void* keys, void* values, uint32_t* count) {
  return on_map(control, map, [&](const MapInfo& m) {
    if (!m.hash)
      return -EOPNOTSUPP;
    return lookup_batch(control->maps, m, {in_batch, out_batch, keys, values, count}, true);
  });
}

} // extern "C"
