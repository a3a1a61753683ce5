// Accesses at random, one a clock, against a list of keys with their slots, the list of free slots, and the rule for victims; hold is
// obeyed as a pipeline does. Then the host reads every place: each key stands in just one. table_test.cpp does more.
module pw_table_tb;
  parameter integer KEY = 32;
  parameter integer ROW_BITS = 2;
  parameter integer ENTRIES = 29;
  parameter integer SLOT_BITS = 5;
  parameter integer RESERVE = 3;
  parameter integer STASH = 13;
  parameter integer LRU = 0;
  localparam integer WAYS = 4, PLACES = 2, HOST_ADDRESS = 32;
  localparam integer ALL = ((WAYS * PLACES) << ROW_BITS) + STASH;
  localparam integer POOL = ENTRIES + ENTRIES / 4 + 4;
  localparam [2047:0] PATTERN = {32{64'h9e3779b97f4a7c15}} ^ {31{66'h2a5c96e1b7d48f03a}};
  localparam integer SECRET_BITS = 2 * ((KEY > 8 * ROW_BITS ? 4 * ROW_BITS : KEY) + ROW_BITS);
  localparam [SECRET_BITS-1:0] SECRET = PATTERN[SECRET_BITS-1:0];

  reg clk = 0, rst = 1, access_enable = 0, access_insert = 0, access_remove = 0;
  reg [KEY-1:0] access_key = 0;
  reg [31:0] access_stamp = 0;
  wire [SLOT_BITS+1:0] access_result;
  reg find_enable = 0, find_remove = 0;
  reg [KEY-1:0] find_key = 0;
  wire [SLOT_BITS+1:0] find_result;
  wire hold, crowded, host_done, clearing;
  reg host_select = 0, host_write = 0, host_start = 0;
  reg [HOST_ADDRESS-1:0] host_address = 0;
  reg [KEY+1:0] host_wdata = 0;
  wire [KEY+SLOT_BITS+2:0] host_rdata;
  pw_table #(.KEY(KEY), .WAYS(WAYS), .PLACES(PLACES), .ROW_BITS(ROW_BITS), .ENTRIES(ENTRIES), .SLOT_BITS(SLOT_BITS), .STASH(STASH),
             .RESERVE(RESERVE), .LRU(LRU), .HOST_ADDRESS(HOST_ADDRESS), .SECRET(SECRET)) dut (.*);

  reg [KEY-1:0] pool[0:POOL-1];
  integer slot_of[0:POOL-1];  // -1: not there
  integer owner[0:ENTRIES-1];  // pool number
  reg [31:0] stamps[0:ENTRIES-1];
  integer free[0:65535];
  integer head = 0, tail = 0, hand = 0, n, i, k, s, errors = 0, refused = 0, hits = 0, held = 0, evicted = 0, there, fill;
  reg [SLOT_BITS+1:0] expected[0:4];
  reg on_the_way[0:RESERVE];
  reg [31:0] age;
  task tick;
    begin
      #1 clk = 1;
      #1 clk = 0;
    end
  endtask
  // The answer for key number k.
  task decide(input reg insert, input reg remove, input [31:0] now);
    begin
      expected[0] = 0;
      if (slot_of[k] >= 0) begin
        expected[0] = {1'b1, SLOT_BITS'(slot_of[k]), 1'b1};
        stamps[slot_of[k]] = now;
        if (remove) begin
          free[tail] = slot_of[k];
          tail = tail + 1;
          slot_of[k] = -1;
        end
        hits = hits + 1;
      end else if (insert && (head != tail || LRU != 0)) begin
        if (head != tail) begin
          s = free[head];
          head = head + 1;
        end else begin
          s = 4 * hand;
          for (i = s; i < 4 * hand + 4 && i < ENTRIES; i = i + 1) begin
            age = now - stamps[i];
            if (age > now - stamps[s]) s = i;
          end
          hand = (hand + 1) % ((ENTRIES + 3) / 4);
          slot_of[owner[s]] = -1;
          evicted = evicted + 1;
        end
        slot_of[k] = s;
        owner[s] = k;
        stamps[s] = now;
        expected[0] = {1'b0, SLOT_BITS'(s), 1'b1};
      end else if (insert) refused = refused + 1;
    end
  endtask
  task host(input reg write, input [HOST_ADDRESS-1:0] address, input [KEY+1:0] data);
    begin
      host_select = 1;
      host_write = write;
      host_address = address;
      host_wdata = data;
      host_start = 1;
      tick;
      host_start = 0;
      #1 while (!host_done) tick;
    end
  endtask

  initial begin
    tick;
    tick;
    rst = 0;
    for (k = 0; k < POOL; k = k + 1) begin
      pool[k] = {$urandom, $urandom, $urandom, $urandom};
      pool[k][7:0] = k;
      slot_of[k] = -1;
    end
    for (s = 0; s < ENTRIES; s = s + 1) free[s] = s;
    tail = ENTRIES;
    for (i = 0; i < 5; i = i + 1) expected[i] = 0;
    for (i = 0; i <= RESERVE; i = i + 1) on_the_way[i] = 0;
    #1 while (clearing) tick;
    for (n = 0; n < 6000; n = n + 1) begin
      for (i = 4; i > 0; i = i - 1) expected[i] = expected[i-1];
      for (i = RESERVE; i > 0; i = i - 1) on_the_way[i] = on_the_way[i-1];
      on_the_way[0] = !hold && $urandom % 8 != 0 && n < 5900;
      if (hold) held = held + 1;
      access_enable = on_the_way[RESERVE];
      fill = n % 2000 < 1000;
      if ($urandom % 3 != 0) k = $urandom % POOL;
      access_key = pool[k];
      access_insert = $urandom % 8 != 0;
      access_remove = $urandom % 16 < (fill ? 1 : 6);
      access_stamp = n;
      expected[0] = 0;
      if (access_enable) decide(access_insert, access_remove, n);
      #1 if (access_result !== expected[4]) errors = errors + 1;
      tick;
    end
    there = 0;
    for (n = 0; n < ALL; n = n + 1) begin
      host(0, n, 0);
      if (host_rdata[0]) begin
        there = there + 1;
        s = host_rdata[SLOT_BITS:1];
        if (slot_of[owner[s]] != s || pool[owner[s]] !== host_rdata[SLOT_BITS+1+:KEY]) errors = errors + 1;
      end
      tick;
    end
    for (k = 0; k < POOL; k = k + 1) if (slot_of[k] >= 0) there = there - 1;
    if (there != 0) errors = errors + 1;
    k = 3;  // insert, remove, empty
    decide(1, 0, 0);
    host(1, 0, {pool[k], 2'd1});
    if (host_rdata[SLOT_BITS+1:0] !== expected[0]) errors = errors + 1;
    tick;
    decide(0, 1, 0);
    host(1, 0, {pool[k], 2'd2});
    if (host_rdata[SLOT_BITS+1:0] !== expected[0]) errors = errors + 1;
    tick;
    host(1, 0, 3);
    tick;
    for (n = 0; n < ALL; n = n + 1) begin
      host(0, n, 0);
      if (host_rdata !== 0) errors = errors + 1;
      tick;
    end
    if (errors == 0 && hits > 1000 && (LRU != 0 ? evicted : refused) > 20) $display("PASS");
    else $display("FAIL: %0d errors, %0d hits, %0d refused, %0d evicted, %0d clocks held", errors, hits, refused, evicted, held);
  end
endmodule
