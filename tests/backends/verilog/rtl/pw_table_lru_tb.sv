// Touches and evictions at random, up to one of each a clock (TWO = 1: two touches), against arrays. Times run first, then are any, then few, around zero.
module pw_table_lru_tb;
  parameter integer ENTRIES = 11;
  parameter integer SLOT_BITS = 4;
  parameter integer LOCATION = 5;
  parameter integer TWO = 0;
  localparam integer GROUPS = (ENTRIES + 3) / 4;
  reg clk = 0, restart = 1, set_stamp = 0, set_location = 0, advance = 0;
  reg [SLOT_BITS-1:0] set_slot = 0;
  reg [31:0] stamp = 0, now = 0, now_next = 0;
  reg [LOCATION-1:0] location = 0;
  reg second_stamp = 0;
  reg [SLOT_BITS-1:0] second_slot = 0;
  wire [SLOT_BITS-1:0] victim_slot;
  wire [LOCATION-1:0] victim_location;
  wire [SLOT_BITS:0] victim_group;
  wire [4*LOCATION-1:0] group_locations;
  wire [3:0] victim_bank;
  pw_table_lru #(.ENTRIES(ENTRIES), .SLOT_BITS(SLOT_BITS), .LOCATION(LOCATION), .TWO(TWO)) dut (.*);

  reg [31:0] stamps[0:ENTRIES-1], age;
  reg [LOCATION-1:0] locations[0:ENTRIES-1];
  integer hand = 0, n, i, s, victim, second = -1, errors = 0, evictions = 0;
  // What is set is stamped with the time of the clock before.
  task tick;
    begin
      #1 clk = 1;
      #1 clk = 0;
      stamp = now;
      now = now_next;
      now_next = n < 3000 ? n + $urandom % 2 : n < 6000 ? $urandom : $urandom % 4 - 2;
    end
  endtask
  function integer choose(input integer now_at);  // often one of the group that the hand is at, or will be
    choose = $urandom % 2 == 0 ? $urandom % ENTRIES : (4 * now_at + $urandom % 8) % ENTRIES;
  endfunction
  task set(input integer which);
    begin
      set_slot = which;
      location = $urandom;
      if (set_stamp) stamps[which] = stamp;
      if (set_location) locations[which] = location;
    end
  endtask

  initial begin
    n = 0;
    tick;
    restart = 0;
    set_stamp = 1;
    set_location = 1;
    for (i = 0; i < ENTRIES; i = i + 1) begin
      set(i);
      tick;
    end
    for (n = 0; n < 9000; n = n + 1) begin
      set_stamp = $urandom % 4 != 0;
      set_location = $urandom % 4 != 0;
      if (second >= 0) stamps[second] = stamp;  // was given in the last clock
      set($urandom % 8 == 0 && second >= 0 ? second : choose(hand));
      second_stamp = TWO != 0 && $urandom % 4 != 0;
      second = choose(hand);
      second_slot = second;
      if (!second_stamp) second = -1;
      advance = n % 1000 < 500 ? $urandom % 2 : $urandom % 8 != 0;
      victim = 4 * hand;
      for (s = 4 * hand; s < 4 * hand + 4 && s < ENTRIES; s = s + 1) begin
        age = now - stamps[s];
        if (age > now - stamps[victim]) victim = s;
      end
      #1;
      if (victim_slot !== victim || victim_location !== locations[victim]) errors = errors + 1;
      if (victim_group !== hand || victim_bank !== 4'b1 << victim % 4 ||
          group_locations[victim%4*LOCATION+:LOCATION] !== locations[victim])
        errors = errors + 1;
      if (advance) begin
        evictions = evictions + 1;
        hand = (hand + 1) % GROUPS;
      end
      tick;
    end
    if (errors == 0 && evictions > 1000) $display("PASS");
    else $display("FAIL: %0d errors, %0d evictions", errors, evictions);
  end
endmodule
