// A changed ELF image: libelf lays the file out anew in an anonymous memory file.
#include "frontend/object/elf_file.h"

#include "support/diagnostic.h"
#include "support/memory_file.h"

#include <gelf.h>
#include <libelf.h>

#include <list>

namespace pw::object {
namespace {

[[noreturn]] void failed(const char* what) {
  throw Failure(diagnose("PW-OBJ-003", std::string("the object file is corrupt: ") + what));
}

// libelf keeps pointers to the new contents until elf_update, so they live in a list.
class Editor {
public:
  Editor(int fd) : elf_(elf_begin(fd, ELF_C_RDWR, nullptr)) {
    std::size_t names = 0;
    if (!elf_ || elf_getshdrstrndx(elf_, &names) != 0)
      failed("no section names");
    Elf_Scn* scn = elf_getscn(elf_, names);
    Elf_Data* data = scn ? elf_getdata(scn, nullptr) : nullptr;
    if (!data || !data->d_buf)
      failed("no section names");
    const auto* begin = static_cast<const std::uint8_t*>(data->d_buf);
    names_.assign(begin, begin + data->d_size);
    names_section_ = scn;
  }
  Editor(const Editor&) = delete;
  ~Editor() { elf_end(elf_); }

  void replace(const SectionEdit& edit) {
    Elf_Scn* scn = elf_getscn(elf_, edit.section);
    if (!scn)
      failed("a section is missing");
    Elf_Data* data = elf_getdata(scn, nullptr);
    set(scn, data ? data : elf_newdata(scn), edit.data);
    rename(scn, edit.name);
  }

  void add(const NewSection& section) {
    Elf_Scn* scn = elf_newscn(elf_);
    Elf_Data* data = scn ? elf_newdata(scn) : nullptr;
    GElf_Shdr header;
    if (!data || !gelf_getshdr(scn, &header))
      failed("no room for another section");
    header.sh_type = SHT_PROGBITS;
    header.sh_addralign = 8;
    gelf_update_shdr(scn, &header);
    data->d_align = 8;
    data->d_version = EV_CURRENT;
    set(scn, data, section.data);
    rename(scn, section.name);
  }

  void finish() {
    set(names_section_, elf_getdata(names_section_, nullptr), names_);
    if (elf_update(elf_, ELF_C_WRITE) < 0)
      failed(elf_errmsg(-1));
  }

private:
  void set(Elf_Scn* scn, Elf_Data* data, const Bytes& bytes) {
    if (!data)
      failed("a section has no contents");
    contents_.push_back(bytes);
    data->d_buf = contents_.back().data();
    data->d_size = contents_.back().size();
    data->d_type = ELF_T_BYTE;
    elf_flagdata(data, ELF_C_SET, ELF_F_DIRTY);
    elf_flagscn(scn, ELF_C_SET, ELF_F_DIRTY);
  }

  void rename(Elf_Scn* scn, const std::string& name) {
    GElf_Shdr header;
    if (!gelf_getshdr(scn, &header))
      failed("a section has no header");
    header.sh_name = static_cast<Elf64_Word>(names_.size());
    names_.insert(names_.end(), name.begin(), name.end());
    names_.push_back(0);
    gelf_update_shdr(scn, &header);
  }

  Elf* elf_;
  Elf_Scn* names_section_ = nullptr;
  Bytes names_;
  std::list<Bytes> contents_;
};

} // namespace

Bytes write_elf(std::span<const std::uint8_t> image, const std::vector<SectionEdit>& edits,
                const std::vector<NewSection>& added) {
  const MemoryFile file(image);
  elf_version(EV_CURRENT);
  {
    Editor editor(file.fd());
    for (const SectionEdit& e : edits)
      editor.replace(e);
    for (const NewSection& s : added)
      editor.add(s);
    editor.finish();
  }
  return file.contents();
}

} // namespace pw::object
