// Helpers that read memory wherever it is.
#include "frontend/lift/lifter.h"

#include <cerrno>

namespace pw::lift {

using namespace isa;

// All is read before anything is written: the places may overlap. A number is no address.
void Lifter::lift_probe_read(const State& s) {
  const verify::Scalar& size = s.reg(2).scalar;
  const unsigned most = unsigned(size.all.umax);
  const bool readable = !s.reg(3).is_scalar();
  std::vector<llvm::Value*> bytes;
  for (unsigned i = 0; i < most; ++i)
    bytes.push_back(readable ? read(s, s.reg(3), reg(s, 3), i, 1) : b_.getInt8(0));
  llvm::Value* length = low32(s, 2);
  for (unsigned i = 0; i < most; ++i) {
    llvm::Value* byte = bytes[i];
    if (!size.is_constant())
      byte = b_.CreateSelect(b_.CreateICmpUGT(length, c32(i)), byte,
                             read(s, s.reg(1), reg(s, 1), i, 1));
    write(s, s.reg(1), reg(s, 1), i, 1, byte);
  }
  set_number(s, 0, c64(readable ? 0 : -ERANGE));
}

// From the last byte to the first: the first difference counts, up to the end of the string.
void Lifter::lift_compare_strings(const State& s) {
  const std::string text = *transfer_.constant_string(s, s.reg(3));
  const verify::Scalar& size = s.reg(2).scalar;
  const unsigned most = unsigned(std::min<std::uint64_t>(size.all.umax, text.size() + 1));
  llvm::Value *length = low32(s, 2), *order = c64(0);
  for (unsigned i = most; i-- > 0;) {
    llvm::Value* byte = read(s, s.reg(1), reg(s, 1), i, 1);
    llvm::Value* other = b_.getInt8(std::uint8_t(text.c_str()[i]));
    llvm::Value* differs = b_.CreateSelect(b_.CreateICmpULT(byte, other), c64(-1), c64(1));
    llvm::Value* here = b_.CreateSelect(b_.CreateICmpEQ(byte, other), order, differs);
    order = b_.CreateSelect(b_.CreateICmpUGT(length, c32(i)), here, c64(0));
  }
  set_number(s, 0, order);
}

} // namespace pw::lift
