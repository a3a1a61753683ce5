// Random look-ups, insertions, removals and replacements of prefixes at one port, look-ups at two others, then operations of the host:
// against a list of prefixes with their slots and the list of free slots. In a clock look-ups at other ports come first.
module pw_prefixes_tb;
  parameter integer KEY = 40;
  parameter integer ENTRIES = 6;
  parameter integer SLOT_BITS = 3;
  localparam integer DATA = KEY - 32, HOST_ADDRESS = 32, FINDS = 2;

  reg clk = 0, rst = 1, access_enable = 0, access_insert = 0, access_remove = 0;
  reg [KEY+1:0] access_key = 0;
  reg [FINDS-1:0] find_enable = 0;
  reg [FINDS*(KEY+2)-1:0] find_key = 0;
  wire [FINDS*(SLOT_BITS+2)-1:0] find_result;
  wire [SLOT_BITS+1:0] access_result;
  wire host_done, clearing;
  reg host_select = 0, host_write = 0, host_start = 0;
  reg [HOST_ADDRESS-1:0] host_address = 0;
  reg [KEY+1:0] host_wdata = 0;
  wire [KEY+SLOT_BITS+2:0] host_rdata;
  pw_prefixes #(.KEY(KEY), .ENTRIES(ENTRIES), .SLOT_BITS(SLOT_BITS), .FINDS(FINDS), .HOST_ADDRESS(HOST_ADDRESS)) dut (.*);

  reg [ENTRIES-1:0] there = 0;
  reg [KEY-1:0] keys[0:ENTRIES-1];  // by slot
  reg [SLOT_BITS-1:0] free[0:65535];
  integer head = 0, tail = ENTRIES, n, i, at, errors = 0, shorter = 0, removals = 0, refused = 0;
  reg [SLOT_BITS+1:0] access_expected[0:4];
  reg [FINDS*(SLOT_BITS+2)-1:0] find_expected[0:4];
  task tick;
    begin
      #1 clk = 1;
      #1 clk = 0;
    end
  endtask

  // The first byte highest.
  function [DATA-1:0] turned(input [KEY-1:0] a);
    integer b;
    for (b = 0; b < DATA / 8; b = b + 1) turned[DATA-8-8*b+:8] = a[32+8*b+:8];
  endfunction
  // Is a a prefix of b?
  function holds(input [KEY-1:0] a, input [KEY-1:0] b);
    holds = a[31:0] <= b[31:0] && ((turned(a) ^ turned(b)) & ~({DATA{1'b1}} >> a[31:0])) == 0;
  endfunction
  reg [KEY-1:0] entry;
  // Slot of the entry, -1 if there is none.
  function integer find(input [KEY-1:0] key, input longest);
    integer s, length, best;
    begin
      find = -1;
      best = -1;
      for (s = 0; s < ENTRIES && key[31:0] <= DATA; s = s + 1) begin
        entry = keys[s];
        length = entry[31:0];
        if (there[s] && holds(entry, key) && (longest || length == key[31:0]) && length > best) begin
          find = s;
          best = length;
        end
      end
    end
  endfunction
  function [SLOT_BITS+1:0] answer(input integer slot);
    answer = slot >= 0 ? {1'b1, SLOT_BITS'(slot), 1'b1} : 0;
  endfunction
  // Few keys, many of which begin alike; sometimes one whose length is too large.
  function [KEY-1:0] random_key(input integer unused);
    integer b;
    begin
      random_key = 0;
      for (b = 0; b < DATA / 8; b = b + 1) random_key[32+8*b+:8] = $urandom % 4 == 0 ? 8'h80 >> ($urandom % 8) : 0;
      random_key[31:0] = $urandom % 64 == 0 ? DATA + 1 + $urandom % 3 : $urandom % 2 == 0 ? $urandom % (DATA + 1) : DATA - $urandom % 4;
      if ($urandom % 64 == 0) random_key[31:0] = 32'h100 << ($urandom % 24);
      if ($urandom % 3 == 0) random_key = keys[$urandom % ENTRIES];
    end
  endfunction

  task host(input write, input [31:0] address, input [KEY-1:0] key, input [1:0] operation);
    begin
      host_select = 1;
      host_start = 1;
      host_write = write;
      host_address = address;
      host_wdata = {key, operation};
      tick;
      host_start = 0;
      while (!host_done) tick;
    end
  endtask
  task host_leaves;
    begin
      tick;
      host_select = 0;
      host_write = 0;
      tick;
    end
  endtask
  reg [KEY-1:0] key;

  initial begin
    for (i = 0; i < ENTRIES; i = i + 1) begin
      free[i] = i;
      keys[i] = 0;
    end
    for (i = 0; i < 5; i = i + 1) begin
      access_expected[i] = 0;
      find_expected[i] = 0;
    end
    tick;
    tick;
    rst = 0;
    while (clearing) tick;
    for (n = 0; n < 2500; n = n + 1) begin
      access_enable = $urandom % 8 != 0;
      access_key = {1'($urandom), 1'b0, $urandom % 3 == 0 ? access_key[KEY-1:0] : random_key(0)};
      access_key[KEY] = $urandom % 3 == 0;
      access_insert = !access_key[KEY] && $urandom % 4 != 0;
      access_remove = !access_key[KEY] && $urandom % 4 == 0;
      find_enable = $urandom;
      for (i = 0; i < FINDS; i = i + 1) find_key[i*(KEY+2)+:KEY+2] = {2'b01, $urandom % 3 == 0 ? access_key[KEY-1:0] : random_key(0)};
      #1;
      for (i = 4; i > 0; i = i - 1) begin
        access_expected[i] = access_expected[i-1];
        find_expected[i] = find_expected[i-1];
      end
      for (i = 0; i < FINDS; i = i + 1)
        find_expected[0][i*(SLOT_BITS+2)+:SLOT_BITS+2] = answer(find_enable[i] ? find(find_key[i*(KEY+2)+:KEY], 1'b1) : -1);
      at = access_enable ? find(access_key[KEY-1:0], access_key[KEY]) : -1;
      access_expected[0] = answer(at);
      if (at >= 0) entry = keys[at];
      if (at >= 0 && access_key[KEY] && entry[31:0] < access_key[31:0]) shorter = shorter + 1;
      if (at >= 0 && access_remove) begin
        removals = removals + 1;
        there[at] = 0;
        free[tail] = at;
        tail = tail + 1;
      end else if (at >= 0 && access_key[KEY+1]) begin
        if (!access_key[KEY]) keys[at] = access_key[KEY-1:0];
      end else if (at < 0 && access_enable && access_insert && access_key[31:0] <= DATA) begin
        if (head == tail) refused = refused + 1;
        else begin
          at = free[head];
          head = head + 1;
          there[at] = 1;
          keys[at] = access_key[KEY-1:0];
          access_expected[0] = {1'b0, SLOT_BITS'(at), 1'b1};
        end
      end
      if (access_result !== access_expected[4] || find_result !== find_expected[4]) errors = errors + 1;
      tick;
    end
    access_enable = 0;
    find_enable = 0;
    repeat (8) tick;

    // What the host reads is what packets have left, then what it did itself.
    for (n = 0; n < 60; n = n + 1) begin
      for (i = 0; i < ENTRIES; i = i + 1) begin
        host(0, i, 0, 0);
        if (host_rdata[0] !== there[i] || (there[i] && host_rdata !== (KEY + SLOT_BITS + 3)'({keys[i], SLOT_BITS'(i), 1'b1}))) errors = errors + 1;
        host_leaves;
      end
      key = random_key(0);
      at = find(key, 1'b0);
      if (n == 30) begin
        host(1, 0, key, 3);
        there = 0;
        head = 0;
        tail = ENTRIES;
        for (i = 0; i < ENTRIES; i = i + 1) free[i] = i;
      end else if (n % 3 == 2) begin
        host(1, 0, key, 2);
        if (host_rdata !== (KEY + SLOT_BITS + 3)'(answer(at))) errors = errors + 1;
        if (at >= 0) begin
          there[at] = 0;
          free[tail] = at;
          tail = tail + 1;
        end
      end else begin
        host(1, 0, key, 1);
        if (at < 0 && key[31:0] <= DATA && head != tail) begin
          at = free[head];
          head = head + 1;
          if (host_rdata !== (KEY + SLOT_BITS + 3)'({SLOT_BITS'(at), 1'b1})) errors = errors + 1;
          there[at] = 1;
          keys[at] = key;
        end else begin
          if (host_rdata !== (KEY + SLOT_BITS + 3)'(answer(at))) errors = errors + 1;
          if (at >= 0) keys[at] = key;
        end
      end
      host_leaves;
    end
    if (errors == 0 && shorter > 50 && removals > 100 && refused > 100) $display("PASS");
    else $display("FAIL: %0d errors, %0d shorter, %0d removals, %0d refused", errors, shorter, removals, refused);
    $finish;
  end
endmodule
