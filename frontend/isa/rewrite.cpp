#include "frontend/isa/rewrite.h"

#include <cstring>
#include <limits>
#include <stdexcept>

namespace pw::isa {

namespace {

bool is_wide(const bpf_insn& insn) { return insn.code == (BPF_LD | BPF_IMM | BPF_DW); }

bool is_jump(const bpf_insn& insn) {
  const unsigned kind = BPF_CLASS(insn.code), op = BPF_OP(insn.code);
  return (kind == BPF_JMP || kind == BPF_JMP32) && op != BPF_CALL && op != BPF_EXIT;
}

bool is_long_jump(const bpf_insn& insn) { return insn.code == (BPF_JMP32 | BPF_JA); }

bool has_relative_imm(const bpf_insn& insn) {
  return (insn.code == (BPF_JMP | BPF_CALL) && insn.src_reg == BPF_PSEUDO_CALL) ||
         (is_wide(insn) && insn.src_reg == BPF_PSEUDO_FUNC) || is_long_jump(insn);
}

std::int32_t distance(const std::vector<std::uint32_t>& position, std::size_t from,
                      std::int64_t relative) {
  const auto target = static_cast<std::int64_t>(from) + 1 + relative;
  if (target < 0 || target >= static_cast<std::int64_t>(position.size()))
    throw std::runtime_error("a jump leaves the program");
  return static_cast<std::int32_t>(position[static_cast<std::size_t>(target)]) -
         static_cast<std::int32_t>(position[from]) - 1;
}

void relocate(bpf_insn& insn, const std::vector<std::uint32_t>& position, std::size_t from) {
  if (has_relative_imm(insn)) {
    insn.imm = distance(position, from, insn.imm);
  } else if (is_jump(insn)) {
    const std::int32_t offset = distance(position, from, insn.off);
    if (offset < std::numeric_limits<std::int16_t>::min() ||
        offset > std::numeric_limits<std::int16_t>::max())
      throw std::runtime_error("a jump becomes too long");
    insn.off = static_cast<std::int16_t>(offset);
  }
}

} // namespace

Rewritten rewrite(std::span<const bpf_insn> code, const Replace& replace) {
  Rewritten result;
  std::vector<bool> kept; // by original position
  const auto place = [&](bool is_kept) {
    result.position.push_back(static_cast<std::uint32_t>(result.code.size()));
    kept.push_back(is_kept);
  };
  for (std::size_t i = 0; i < code.size(); ++i) {
    const bool two = is_wide(code[i]) && i + 1 < code.size();
    const auto instead = replace(code[i], i);
    place(!instead);
    if (instead)
      result.code.insert(result.code.end(), instead->begin(), instead->end());
    else
      result.code.push_back(code[i]);
    if (!two)
      continue;
    ++i;
    place(false); // its second half
    if (!instead)
      result.code.push_back(code[i]);
  }
  result.position.push_back(static_cast<std::uint32_t>(result.code.size()));
  for (std::size_t i = 0; i < code.size(); ++i)
    if (kept[i])
      relocate(result.code[result.position[i]], result.position, i);
  return result;
}

std::vector<std::uint8_t> move_records(const void* records, std::uint32_t count,
                                       std::uint32_t record_size,
                                       const std::vector<std::uint32_t>& position) {
  const auto* from = static_cast<const std::uint8_t*>(records);
  std::vector<std::uint8_t> moved(from, from + std::size_t{count} * record_size);
  for (std::size_t at = 0; at < moved.size(); at += record_size) {
    std::uint32_t insn = 0;
    std::memcpy(&insn, &moved[at], sizeof insn);
    insn = position.at(insn);
    std::memcpy(&moved[at], &insn, sizeof insn);
  }
  return moved;
}

} // namespace pw::isa
