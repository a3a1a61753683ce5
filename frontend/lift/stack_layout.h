// How a stack frame is cut into pieces: at the borders of every access to a known offset.
#pragma once

#include "frontend/verify/transfer.h"

#include <set>
#include <vector>

namespace pw::lift {

class StackLayout {
public:
  struct Piece {
    int offset = 0; // from r10
    unsigned bytes = 0;
  };

  void access(int offset, unsigned bytes) {
    borders_.insert(offset);
    borders_.insert(offset + int(bytes));
  }
  void finish(int lowest = -verify::stack_bytes); // lowest: where the frame begins
  const std::vector<Piece>& pieces() const { return pieces_; }
  unsigned first_overlapping(int offset) const; // index of the piece that holds the byte

private:
  std::set<int> borders_;
  std::vector<Piece> pieces_;
};

} // namespace pw::lift
