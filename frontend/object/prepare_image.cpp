// The image before libbpf sees it.
#include "frontend/object/core_relocations.h"
#include "frontend/object/legacy_maps.h"
#include "frontend/object/publish_programs.h"
#include "frontend/object/read_object.h"
#include "frontend/object/set_values.h"

#include <elf.h>

#include <algorithm>

namespace pw::object {
namespace {

// Values of variables in sections that the file has room for; .bss has none (see set_globals in
// read_object).
void set_values(Bytes& image, const OpenOptions& options) {
  if (options.set.empty())
    return;
  const ElfFile elf = parse_elf(image);
  const Btf types = parse_btf(elf);
  for (const Assignment& a : assignments(elf, types.get(), options.set)) {
    const ElfSection& section = elf.sections[a.variable.section];
    if (section.type == SHT_NOBITS)
      continue;
    std::copy(a.bytes.begin(), a.bytes.end(),
              image.begin() + static_cast<std::ptrdiff_t>(section.offset + a.variable.offset));
  }
}

} // namespace

Bytes prepare_image(const Bytes& original, const OpenOptions& options) {
  Bytes image = translate_legacy_maps(original);
  publish_programs(image);
  apply_core_relocations(image);
  set_values(image, options);
  return image;
}

} // namespace pw::object
