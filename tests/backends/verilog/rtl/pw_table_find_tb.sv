// Two ports for look-ups of a pw_table, the first of which removes, beside accesses that insert: against a list of keys with their slots
// and the list of free slots. In a clock look-ups come first, then the access, then the removal.
module pw_table_find_tb;
  parameter integer KEY = 8;
  parameter integer ROW_BITS = 1;
  parameter integer ENTRIES = 12;
  parameter integer SLOT_BITS = 4;
  parameter integer MARGIN = 3;
  localparam integer STASH = 11, RESERVE = 1, HOST_ADDRESS = 32, FINDS = 2, KEYS = 2 * ENTRIES;
  localparam [2047:0] PATTERN = {32{64'h9e3779b97f4a7c15}} ^ {31{66'h2a5c96e1b7d48f03a}};
  localparam integer SECRET_BITS = 2 * ((KEY > 8 * ROW_BITS ? 4 * ROW_BITS : KEY) + ROW_BITS);
  localparam [SECRET_BITS-1:0] SECRET = PATTERN[SECRET_BITS-1:0];

  reg clk = 0, rst = 1, access_enable = 0, access_insert = 0, access_remove = 0, find_remove = 0;
  reg [KEY-1:0] access_key = 0;
  reg [31:0] access_stamp = 0;
  reg [FINDS-1:0] find_enable = 0;
  reg [FINDS*KEY-1:0] find_key = 0;
  wire [FINDS*(SLOT_BITS+2)-1:0] find_result;
  wire [SLOT_BITS+1:0] access_result;
  wire hold, crowded, host_done, clearing;
  reg host_select = 0, host_write = 0, host_start = 0;
  reg [HOST_ADDRESS-1:0] host_address = 0;
  reg [KEY+1:0] host_wdata = 0;
  wire [KEY+SLOT_BITS+2:0] host_rdata;
  pw_table #(.KEY(KEY), .ROW_BITS(ROW_BITS), .ENTRIES(ENTRIES), .SLOT_BITS(SLOT_BITS), .STASH(STASH), .RESERVE(RESERVE), .MARGIN(MARGIN),
             .FINDS(FINDS), .REMOVES(1), .HOST_ADDRESS(HOST_ADDRESS), .SECRET(SECRET)) dut (.*);

  integer slot_of[0:KEYS-1];  // -1: not there
  reg [SLOT_BITS-1:0] free[0:65535];
  integer head = 0, tail = ENTRIES, n, i, a, f, g, errors = 0, hits = 0, removals = 0, refused = 0, late = 0;
  integer used[0:5];
  reg [SLOT_BITS+1:0] access_expected[0:4];
  reg [FINDS*(SLOT_BITS+2)-1:0] find_expected[0:4];
  task tick;
    begin
      #1 clk = 1;
      #1 clk = 0;
    end
  endtask
  function [SLOT_BITS+1:0] answer(input integer slot);
    answer = slot >= 0 ? {1'b1, SLOT_BITS'(slot), 1'b1} : 0;
  endfunction

  initial begin
    for (i = 0; i < KEYS; i = i + 1) slot_of[i] = -1;
    for (i = 0; i < ENTRIES; i = i + 1) free[i] = i;
    for (i = 0; i < 5; i = i + 1) begin
      access_expected[i] = 0;
      find_expected[i] = 0;
    end
    for (i = 0; i < 6; i = i + 1) used[i] = 0;
    tick;
    tick;
    rst = 0;
    #1;
    while (clearing) tick;
    for (n = 0; n < 20000; n = n + 1) begin
      a = $urandom % KEYS;
      f = $urandom % 3 == 0 ? a : $urandom % KEYS;
      g = $urandom % 3 == 0 ? f : $urandom % KEYS;
      access_enable = !late && $urandom % 8 != 0;
      access_insert = $urandom % 4 != 0;
      access_key = a;
      find_enable = late ? 0 : $urandom;
      find_key = {KEY'(g), KEY'(f)};
      find_remove = f != a && $urandom % ((n / 1000) % 4 + 1) != 0;
      #1;
      for (i = 4; i > 0; i = i - 1) begin
        access_expected[i] = access_expected[i-1];
        find_expected[i] = find_expected[i-1];
      end
      find_expected[0] = {answer(find_enable[1] ? slot_of[g] : -1), answer(find_enable[0] ? slot_of[f] : -1)};
      if (find_expected[0] != 0) hits = hits + 1;
      access_expected[0] = access_enable ? answer(slot_of[a]) : 0;
      if (access_enable && access_insert && slot_of[a] < 0 && head == tail) refused = refused + 1;
      else if (access_enable && access_insert && slot_of[a] < 0) begin
        slot_of[a] = free[head];
        head = head + 1;
        access_expected[0] = {1'b0, SLOT_BITS'(slot_of[a]), 1'b1};
      end
      if (find_enable[0] && find_remove && slot_of[f] >= 0) begin
        removals = removals + 1;
        free[tail] = slot_of[f];
        tail = tail + 1;
        slot_of[f] = -1;
      end
      if (access_result !== access_expected[4] || find_result !== find_expected[4]) errors = errors + 1;
      if (crowded !== (used[5] + MARGIN >= ENTRIES)) errors = errors + 1;
      for (i = 5; i > 0; i = i - 1) used[i] = used[i-1];
      used[1] = ENTRIES - (tail - head);
      late = hold;
      tick;
    end
    if (errors == 0 && hits > 4000 && removals > 500 && refused > 100) $display("PASS");
    else $display("FAIL: %0d errors, %0d hits, %0d removals, %0d refused", errors, hits, removals, refused);
    $finish;
  end
endmodule
