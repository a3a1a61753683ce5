// A port of a pw_prefixes that looks for the longest prefix: one key a clock, compared with all entries at once. It sees what accesses of
// earlier clocks decided. A key given in clock t is compared in t + 1; in t + 2 the masks of the entries that match are joined (of prefixes of one key
// the longest one's mask holds all others), in t + 3 the entry of that length is known; there are never two.
//
// In t + 2 the access that was issued one clock before is decided and written, so that what was compared lacks it: `wrote` and `inserted`
// say in the clock behind what it was. The key knows beforehand whether such an access's prefix holds it (`covered`).
module pw_prefix_find #(
    parameter integer DATA = 32,  // bits of a key
    parameter integer LENGTH = 6,  // bits of a number up to DATA
    parameter integer ENTRIES = 16,
    parameter integer SLOT_BITS = 4
) (
    input  wire                      clk,
    input  wire                      restart,
    input  wire                      find_enable,
    input  wire [DATA-1:0]           find_data,  // the first bit of the prefix highest
    input  wire [LENGTH-1:0]         find_length,
    output wire [SLOT_BITS:0]        find_result,  // {slot, hit}, four clocks later
    // the entries; a mask has ones where the prefix has bits
    input  wire [ENTRIES-1:0]        valid,
    input  wire [ENTRIES*DATA-1:0]   data,
    input  wire [ENTRIES*DATA-1:0]   mask,
    input  wire [ENTRIES*LENGTH-1:0] length,
    // the access that is decided, and what was written in the last clock
    input  wire [DATA-1:0]           data_2,
    input  wire [DATA-1:0]           mask_2,
    input  wire [LENGTH-1:0]         length_2,
    input  wire [ENTRIES-1:0]        wrote,
    input  wire                      inserted,
    // for the port that changes entries: which ones match, in t + 2
    output wire [ENTRIES-1:0]        match
);
  // ---- t
  reg find_1, find_2, find_3;
  reg [DATA-1:0] data_1;
  reg [LENGTH-1:0] length_1;
  always_ff @(posedge clk) begin
    {find_3, find_2, find_1} <= {find_2, find_1, find_enable} & {3{!restart}};
    data_1 <= find_data;
    length_1 <= find_length;
  end

  // ---- t + 1: compare
  reg [ENTRIES-1:0] match_2;
  reg covered;
  always_ff @(posedge clk) covered <= ((data_1 ^ data_2) & mask_2) == 0 && length_2 <= length_1;
  genvar i;
  generate
    for (i = 0; i < ENTRIES; i = i + 1) begin : g_entry
      always_ff @(posedge clk)
        match_2[i] <= valid[i] && ((data_1 ^ data[i*DATA+:DATA]) & mask[i*DATA+:DATA]) == 0 && length[i*LENGTH+:LENGTH] <= length_1;
    end
  endgenerate

  // ---- t + 2: the longest one's length
  assign match = (match_2 & ~wrote) | (wrote & {ENTRIES{inserted && covered}});
  function [DATA-1:0] longest_of(input [ENTRIES-1:0] which, input [ENTRIES*DATA-1:0] masks);
    integer e;
    begin
      longest_of = 0;
      for (e = 0; e < ENTRIES; e = e + 1) longest_of = longest_of | (masks[e*DATA+:DATA] & {DATA{which[e]}});
    end
  endfunction
  // The number of ones of a mask: bit b is 1 if the last of them is in an odd one of the runs of 2^b.
  function [LENGTH-1:0] length_of(input [DATA-1:0] ones);
    integer b, run;
    begin
      length_of = 0;
      for (b = 0; b < LENGTH; b = b + 1)
        for (run = 1; run << b <= DATA; run = run + 2)
          length_of[b] = length_of[b] | (ones[DATA-(run<<b)] & ((run + 1) << b <= DATA ? !ones[(run+1)<<b<=DATA?DATA-((run+1)<<b) : 0] : 1'b1));
    end
  endfunction
  reg [ENTRIES-1:0] match_3;
  reg [LENGTH-1:0] length_3;
  always_ff @(posedge clk) begin
    match_3 <= match & {ENTRIES{find_2}};
    length_3 <= length_of(longest_of(match, mask));
  end

  // ---- t + 3: which one it is. An entry that matches keeps its length for this clock, since only free ones are written.
  wire [ENTRIES-1:0] is_longest;
  generate
    for (i = 0; i < ENTRIES; i = i + 1) begin : g_longest
      assign is_longest[i] = match_3[i] && length[i*LENGTH+:LENGTH] == length_3;
    end
  endgenerate
  function [SLOT_BITS-1:0] slot_of(input [ENTRIES-1:0] which);
    integer e;
    begin
      slot_of = 0;
      for (e = 0; e < ENTRIES; e = e + 1) slot_of = slot_of | (SLOT_BITS'(e) & {SLOT_BITS{which[e]}});
    end
  endfunction
  reg [SLOT_BITS:0] result;
  always_ff @(posedge clk) result <= {slot_of(is_longest), match_3 != 0 && find_3};
  assign find_result = result;
endmodule
