// A table filled by the host, with keys in the rows that the masks give; finds of known, unknown and disabled keys on all
// ports, one a clock.
module pw_hash_find_tb;
  parameter integer KEY = 32;
  parameter integer WAYS = 4;
  parameter integer ROW_BITS = 3;
  parameter integer SLOT_BITS = 5;
  parameter integer FINDS = 2;
  localparam integer SLOTS = WAYS << ROW_BITS;
  // Any masks will do; these have about half of their bits set.
  localparam [2047:0] PATTERN = {32{64'h9e3779b97f4a7c15}} ^ {31{66'h2a5c96e1b7d48f03a}};
  localparam [WAYS*ROW_BITS*KEY-1:0] MASKS = PATTERN[WAYS*ROW_BITS*KEY-1:0];

  reg clk = 0, rst = 1;
  reg [FINDS-1:0] find_enable = 0;
  reg [FINDS*KEY-1:0] find_key = 0;
  wire [FINDS*(SLOT_BITS+1)-1:0] find_handle;
  reg host_select = 0, host_write = 0;
  reg [SLOT_BITS-1:0] host_address = 0;
  reg [KEY:0] host_wdata = 0;
  wire [KEY:0] host_rdata;
  wire clearing;
  pw_hash_find #(.KEY(KEY), .WAYS(WAYS), .ROW_BITS(ROW_BITS), .SLOT_BITS(SLOT_BITS), .FINDS(FINDS), .MASKS(MASKS)) dut (.*);

  reg [KEY-1:0] keys[0:SLOTS-1];
  reg there[0:SLOTS-1];
  reg [KEY-1:0] key;
  reg [SLOT_BITS:0] expected[0:3][0:FINDS-1];
  integer n, f, w, s, errors = 0, found = 0, known = 0;

  function [SLOT_BITS-1:0] slot_of(input [KEY-1:0] k, input integer way);
    integer o;
    begin
      slot_of = way << ROW_BITS;
      for (o = 0; o < ROW_BITS; o = o + 1) slot_of[o] = ^(k & MASKS[(way*ROW_BITS+o)*KEY+:KEY]);
    end
  endfunction
  function [SLOT_BITS:0] lookup(input [KEY-1:0] k);
    integer way;
    begin
      lookup = 0;
      for (way = 0; way < WAYS; way = way + 1)
        if (there[slot_of(k, way)] && keys[slot_of(k, way)] == k) lookup = {slot_of(k, way), 1'b1};
    end
  endfunction
  task tick;
    begin
      #1 clk = 1;
      #1 clk = 0;
    end
  endtask

  initial begin
    tick;
    tick;
    rst = 0;
    for (s = 0; s < SLOTS; s = s + 1) there[s] = 0;
    #1 while (clearing) tick;
    for (n = 0; n < SLOTS; n = n + 1) begin
      key = {$urandom, $urandom, $urandom, $urandom};
      s = slot_of(key, n % WAYS);
      if (!there[s] && lookup(key) == 0) begin
        there[s] = 1;
        keys[s] = key;
        known = known + 1;
        host_select = 1;
        host_write = 1;
        host_address = s;
        host_wdata = {key, 1'b1};
        tick;
        host_select = 0;
        host_write = 0;
      end
    end
    for (s = 0; s < SLOTS; s = s + 1) begin
      host_select = 1;
      host_address = s;
      tick;
      tick;
      if (host_rdata !== (there[s] ? {keys[s], 1'b1} : {KEY + 1{1'b0}})) errors = errors + 1;
    end
    host_select = 0;
    for (n = 0; n < 5000; n = n + 1) begin
      for (f = 0; f < FINDS; f = f + 1) begin
        find_enable[f] = $urandom % 8 != 0;
        key = $urandom % 3 == 0 ? {$urandom, $urandom, $urandom, $urandom} : keys[$urandom%SLOTS];
        if (^key === 1'bx) key = 0;
        if ($urandom % 8 == 0) key[$urandom%KEY] = !key[$urandom%KEY];
        find_key[f*KEY+:KEY] = key;
        for (w = 3; w > 0; w = w - 1) expected[w][f] = expected[w-1][f];
        expected[0][f] = find_enable[f] ? lookup(key) : 0;
        if (expected[0][f] != 0) found = found + 1;
      end
      #1;
      for (f = 0; f < FINDS; f = f + 1)
        if (n >= 3 && find_handle[f*(SLOT_BITS+1)+:SLOT_BITS+1] !== expected[3][f]) errors = errors + 1;
      tick;
    end
    if (errors == 0 && found > 500 && known > 2) $display("PASS");
    else $display("FAIL: %0d errors, %0d found, %0d known", errors, found, known);
  end
endmodule
