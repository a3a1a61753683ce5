#include "backends/nfp/offload/write.h"

#include "backends/nfp/offload/btf.h"

#include <elf.h>
#include <gelf.h>
#include <libelf.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <list>
#include <map>
#include <set>
#include <stdexcept>

namespace pw::nfp::offload {
namespace {

constexpr std::uint32_t map_address = 1, call = 10; // R_BPF_64_64, R_BPF_64_32

bool is_wide(const bpf_insn& i) { return i.code == (BPF_LD | BPF_IMM | BPF_DW); }
bool refers_to_map(const bpf_insn& i) { return is_wide(i) && i.src_reg == BPF_PSEUDO_MAP_IDX; }
bool calls_subprogram(const bpf_insn& i) {
  return i.code == (BPF_JMP | BPF_CALL) && i.src_reg == BPF_PSEUDO_CALL;
}

struct Section {
  std::string name;
  std::uint32_t type = SHT_PROGBITS;
  std::uint64_t flags = 0, align = 8, entry = 0;
  std::uint32_t link = 0, info = 0;
  Bytes data;
};

template <class T> void append(Bytes& out, const T& value) {
  const auto* p = reinterpret_cast<const std::uint8_t*>(&value);
  out.insert(out.end(), p, p + sizeof value);
}

// Sections in the order in which they are added, from number 1.
class ElfImage {
public:
  unsigned add(Section s) {
    sections_.push_back(std::move(s));
    return unsigned(sections_.size());
  }
  Section& section(unsigned number) { return sections_.at(number - 1); }

  Bytes write() {
    const unsigned names = add({".shstrtab", SHT_STRTAB, 0, 1, 0, 0, 0, {0}});
    const int fd = memfd_create("offload", 0);
    if (fd < 0)
      throw std::runtime_error("no memory for an ELF file");
    elf_version(EV_CURRENT);
    Elf* elf = elf_begin(fd, ELF_C_WRITE, nullptr);
    put_header(elf, names);
    put_sections(elf, names);
    const auto size = elf_update(elf, ELF_C_WRITE);
    elf_end(elf);
    Bytes image(std::size_t(std::max<std::int64_t>(size, 0)));
    const bool complete = pread(fd, image.data(), image.size(), 0) == ssize_t(image.size());
    close(fd);
    if (size <= 0 || !complete)
      throw std::runtime_error(std::string("libelf: ") + elf_errmsg(-1));
    return image;
  }

private:
  static void put_header(Elf* elf, unsigned names) {
    GElf_Ehdr header;
    if (!elf || !gelf_newehdr(elf, ELFCLASS64) || !gelf_getehdr(elf, &header))
      throw std::runtime_error(std::string("libelf: ") + elf_errmsg(-1));
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    header.e_machine = EM_BPF;
    header.e_type = ET_REL;
    header.e_version = EV_CURRENT;
    header.e_shstrndx = std::uint16_t(names);
    gelf_update_ehdr(elf, &header);
  }

  void put_sections(Elf* elf, unsigned names) {
    std::vector<std::uint32_t> name_offsets;
    for (const Section& s : sections_) {
      Bytes& text = section(names).data;
      name_offsets.push_back(std::uint32_t(text.size()));
      text.insert(text.end(), s.name.begin(), s.name.end());
      text.push_back(0);
    }
    for (std::size_t i = 0; i < sections_.size(); ++i)
      put_section(elf, sections_[i], name_offsets[i]);
  }

  static void put_section(Elf* elf, Section& s, std::uint32_t name) {
    Elf_Scn* scn = elf_newscn(elf);
    Elf_Data* data = scn ? elf_newdata(scn) : nullptr;
    GElf_Shdr header;
    if (!data || !gelf_getshdr(scn, &header))
      throw std::runtime_error(std::string("libelf: ") + elf_errmsg(-1));
    header.sh_name = name;
    header.sh_type = s.type;
    header.sh_flags = s.flags;
    header.sh_link = s.link;
    header.sh_info = s.info;
    header.sh_addralign = s.align;
    header.sh_entsize = s.entry;
    gelf_update_shdr(scn, &header);
    data->d_buf = s.data.data();
    data->d_size = s.data.size();
    data->d_align = s.align;
    data->d_type = ELF_T_BYTE;
    data->d_version = EV_CURRENT;
  }

  std::vector<Section> sections_;
};

class Writer {
public:
  Writer(const Object& object, const Program& program)
      : object_(object), program_(program), functions_(functions_of(program)) {
    std::set<unsigned> used;
    for (const bpf_insn& insn : program.insns)
      if (refers_to_map(insn))
        used.insert(unsigned(insn.imm));
    maps_.assign(used.begin(), used.end());
    section_ = program.section.starts_with("xdp.frags") || program.section.empty()
                   ? "xdp"
                   : program.section;
  }

  Bytes write() {
    strings_ = {0};
    symbols_.resize(sizeof(Elf64_Sym));
    const unsigned code = add_code(section_, 0, functions_[0].end);
    const unsigned text =
        functions_.size() > 1 ? add_code(".text", functions_[0].end, functions_.back().end) : 0;
    for (std::size_t i = 1; i < functions_.size(); ++i)
      function_symbols_[functions_[i].first] =
          symbol(functions_[i].name, STB_LOCAL, STT_FUNC, text,
                 (functions_[i].first - functions_[0].end) * 8, length(functions_[i]));
    locals_ = count_;
    symbol(program_.name, STB_GLOBAL, STT_FUNC, code, 0, length(functions_[0]));
    add_maps();
    add_license();
    add_types();
    add_relocations(code, 0, functions_[0].end);
    if (text)
      add_relocations(text, functions_[0].end, functions_.back().end);
    add_symbols();
    return image_.write();
  }

private:
  static std::uint64_t length(const FunctionRange& f) { return (f.end - f.first) * 8; }

  unsigned symbol(const std::string& name, unsigned binding, unsigned type, unsigned section,
                  std::uint64_t value, std::uint64_t size) {
    Elf64_Sym s{};
    s.st_name = std::uint32_t(strings_.size());
    s.st_info = std::uint8_t(ELF64_ST_INFO(binding, type));
    s.st_shndx = std::uint16_t(section);
    s.st_value = value;
    s.st_size = size;
    strings_.insert(strings_.end(), name.begin(), name.end());
    strings_.push_back(0);
    append(symbols_, s);
    return count_++;
  }

  unsigned add_code(const std::string& name, unsigned first, unsigned end) {
    Section s{name, SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, 8, 0, 0, 0, {}};
    for (unsigned i = first; i < end; ++i) {
      bpf_insn insn = program_.insns[i];
      if (refers_to_map(insn))
        insn.src_reg = 0, insn.imm = 0;
      else if (calls_subprogram(insn))
        insn.imm = -1;
      append(s.data, insn);
    }
    return image_.add(std::move(s));
  }

  void add_maps() {
    if (maps_.empty())
      return;
    const unsigned section = image_.add({".maps", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, 8, 0, 0, 0,
                                         Bytes(maps_.size() * map_definition_bytes)});
    for (std::size_t i = 0; i < maps_.size(); ++i)
      map_symbols_[maps_[i]] = symbol(object_.maps[maps_[i]].name, STB_GLOBAL, STT_OBJECT, section,
                                      i * map_definition_bytes, map_definition_bytes);
  }

  void add_license() {
    if (object_.license.empty())
      return;
    Bytes text(object_.license.begin(), object_.license.end());
    text.push_back(0);
    const std::uint64_t size = text.size();
    const unsigned section =
        image_.add({"license", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, 1, 0, 0, 0, std::move(text)});
    symbol("_license", STB_GLOBAL, STT_OBJECT, section, 0, size);
  }

  void add_types() {
    TypeInfo info = write_types(object_, program_, maps_, section_);
    image_.add({".BTF", SHT_PROGBITS, 0, 4, 0, 0, 0, std::move(info.types)});
    image_.add({".BTF.ext", SHT_PROGBITS, 0, 4, 0, 0, 0, std::move(info.records)});
  }

  void add_relocations(unsigned section, unsigned first, unsigned end) {
    Bytes records;
    for (unsigned i = first; i < end; ++i) {
      const bpf_insn& insn = program_.insns[i];
      Elf64_Rel r{};
      r.r_offset = (i - first) * 8;
      if (refers_to_map(insn))
        r.r_info = ELF64_R_INFO(map_symbols_.at(unsigned(insn.imm)), map_address);
      else if (calls_subprogram(insn))
        r.r_info = ELF64_R_INFO(function_symbols_.at(i + 1 + unsigned(insn.imm)), call);
      else
        continue;
      append(records, r);
    }
    if (!records.empty())
      relocations_.push_back(image_.add({".rel" + image_.section(section).name, SHT_REL, 0, 8,
                                         sizeof(Elf64_Rel), 0, section, std::move(records)}));
  }

  void add_symbols() {
    const unsigned strings =
        image_.add({".strtab", SHT_STRTAB, 0, 1, 0, 0, 0, std::move(strings_)});
    const unsigned symbols = image_.add(
        {".symtab", SHT_SYMTAB, 0, 8, sizeof(Elf64_Sym), strings, locals_, std::move(symbols_)});
    for (const unsigned r : relocations_)
      image_.section(r).link = symbols;
  }

  const Object& object_;
  const Program& program_;
  std::vector<FunctionRange> functions_;
  std::vector<unsigned> maps_;
  std::string section_;
  ElfImage image_;
  Bytes strings_, symbols_;
  unsigned count_ = 1, locals_ = 1; // of symbols; the first is none
  std::map<unsigned, unsigned> map_symbols_, function_symbols_;
  std::vector<unsigned> relocations_;
};

} // namespace

std::vector<std::uint8_t> write_object(const Object& object, const Program& program) {
  return Writer(object, program).write();
}

} // namespace pw::nfp::offload
