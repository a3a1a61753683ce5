// One look-up a clock among prefixes that now and then change, against a search of all of them; what changes beside a look-up is told as the
// table tells it: it is written in the clock in which the next look-up is compared.
module pw_prefix_find_tb;
  parameter integer DATA = 16;
  parameter integer ENTRIES = 9;
  parameter integer SLOT_BITS = 4;
  localparam integer LENGTH = $clog2(DATA + 1);

  reg clk = 0, restart = 1, find_enable = 0, inserted = 0;
  reg [DATA-1:0] find_data = 0, data_2 = 0, mask_2 = 0;
  reg [LENGTH-1:0] find_length = 0, length_2 = 0;
  reg [ENTRIES-1:0] valid = 0, wrote = 0;
  reg [ENTRIES*DATA-1:0] data = 0, mask = 0;
  reg [ENTRIES*LENGTH-1:0] length = 0;
  wire [ENTRIES-1:0] match;
  wire [SLOT_BITS:0] find_result;
  pw_prefix_find #(.DATA(DATA), .LENGTH(LENGTH), .ENTRIES(ENTRIES), .SLOT_BITS(SLOT_BITS)) dut (.*);

  integer n, s, best, errors = 0, hits = 0, misses = 0, near = 0, change;
  // Registers of the clocks: an entry that is to change is chosen with the look-up, and written two clocks later.
  reg [SLOT_BITS-1:0] at_0, at_1, at_2;
  reg change_0, change_1, change_2;
  reg [DATA-1:0] new_0, new_1, mask_0, mask_1;
  reg [LENGTH-1:0] length_0, length_1;
  reg [ENTRIES-1:0] list = 0;  // as a look-up of this clock sees them
  reg [DATA-1:0] list_data[0:ENTRIES-1], list_mask[0:ENTRIES-1];
  reg [LENGTH-1:0] list_length[0:ENTRIES-1];
  reg [SLOT_BITS:0] expected[0:4];

  initial begin
    for (s = 0; s < 5; s = s + 1) expected[s] = 0;
    {change_0, change_1, change_2} = 0;
    {at_0, at_1, at_2} = 0;
    repeat (4) begin
      #1 clk = 1;
      #1 clk = 0;
    end
    restart = 0;
    for (n = 0; n < 8000; n = n + 1) begin
      find_enable = $urandom % 8 != 0;
      find_length = $urandom % 4 == 0 ? $urandom % (DATA + 1) : DATA;
      find_data = $urandom % 3 == 0 ? 1 << ($urandom % DATA) : $urandom % 2 == 0 ? new_0 ^ DATA'($urandom % 2) : 0;
      #1;
      best = -1;
      for (s = 0; s < ENTRIES; s = s + 1)
        if (list[s] && list_length[s] <= find_length && ((list_data[s] ^ find_data) & list_mask[s]) == 0 &&
            (best < 0 || list_length[s] > list_length[best]))
          best = s;
      for (s = 4; s > 0; s = s - 1) expected[s] = expected[s-1];
      expected[0] = find_enable && best >= 0 ? {SLOT_BITS'(best), 1'b1} : 0;
      if (best >= 0 && change_0 && at_0 == SLOT_BITS'(best)) near = near + 1;
      if (best >= 0) hits = hits + 1;
      else misses = misses + 1;
      if (find_result !== expected[4]) errors = errors + 1;
      // the access of this clock: a free entry gets a prefix that no other one is, or one goes
      change = $urandom % ENTRIES;
      change_0 = $urandom % 4 == 0;
      at_0 = SLOT_BITS'(change);
      length_0 = $urandom % (DATA + 1);
      mask_0 = ~({DATA{1'b1}} >> length_0);
      new_0 = ($urandom % 2 == 0 ? find_data : 1 << ($urandom % DATA)) & mask_0;
      for (s = 0; s < ENTRIES; s = s + 1) if (!list[change] && list[s] && list_length[s] == length_0 && list_data[s] == new_0) change_0 = 0;
      // the clock, in which the access of two clocks before is written
      #1 clk = 1;
      #1;
      wrote = 0;
      inserted = change_2 && !valid[at_2];
      if (change_2) begin
        wrote[at_2] = 1;
        valid[at_2] = !valid[at_2];
        if (valid[at_2]) begin
          data[at_2*DATA+:DATA] = data_2;
          mask[at_2*DATA+:DATA] = mask_2;
          length[at_2*LENGTH+:LENGTH] = length_2;
        end
      end
      if (change_0) begin
        list[at_0] = !list[at_0];
        if (list[at_0]) begin
          list_data[at_0] = new_0;
          list_mask[at_0] = mask_0;
          list_length[at_0] = length_0;
        end
      end
      {change_2, change_1} = {change_1, change_0};
      {at_2, at_1} = {at_1, at_0};
      {data_2, mask_2, length_2} = {new_1, mask_1, length_1};
      {new_1, mask_1, length_1} = {new_0, mask_0, length_0};
      clk = 0;
    end
    if (errors == 0 && hits > 1000 && misses > 50 && near > 50) $display("PASS");
    else $display("FAIL: %0d errors, %0d hits, %0d misses, %0d near", errors, hits, misses, near);
    $finish;
  end
endmodule
