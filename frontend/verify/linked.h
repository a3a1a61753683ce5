// A program with all those behind it that its tail calls may reach, as one piece of code.
//
// Jumps and calls are relative, so that programs can stand one behind the other; each is a part
// that begins with its entry function. What is said about an instruction of another part names that
// program.
#pragma once

#include "frontend/object/object.h"

#include <optional>
#include <string>
#include <vector>

namespace pw::verify {

struct Part {
  unsigned first = 0; // instruction of the whole
  const Program* program = nullptr;
};

struct Linked {
  Program whole;           // name, section and type are those of the program that is run
  std::vector<Part> parts; // [0] = that program, ascending by `first`

  // Programs that a slot names and that the object doesn't have are left out, and those that are
  // of another type.
  Linked(const Object&, const Program&);

  unsigned part_of(unsigned insn) const;              // index into parts
  const Part* find(const std::string& program) const; // nullptr if it is not among them
};

// Can this program stand behind a tail call of a program of type `by`?
bool may_be_called(const Program&, ProgramType by);

} // namespace pw::verify
