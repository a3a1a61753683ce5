// Tables of random intervals, full ones and such with rows that are never written; finds of keys at their borders and between,
// one a clock on all ports; tables replaced row by row.
module pw_lpm_tb;
  parameter integer KEY = 32;
  parameter integer LEVELS = 2;
  parameter integer ROOT_BITS = 2;
  parameter integer FAN_BITS = 2;
  parameter integer ROWS = 15;
  parameter integer HANDLE = 4;
  parameter integer FINDS = 2;
  parameter integer ULTRA = 0;
  localparam integer ROW_BITS = ROOT_BITS + FAN_BITS * (LEVELS - 1);
  localparam integer LATENCY = 2 * LEVELS;
  reg clk = 0, rst = 1;
  reg [FINDS-1:0] find_enable = 0;
  reg [FINDS*KEY-1:0] find_key = 0;
  wire [FINDS*HANDLE-1:0] find_handle;
  reg host_select = 0, host_write = 0;
  reg [ROW_BITS-1:0] host_address = 0;
  reg [KEY+HANDLE-1:0] host_wdata = 0;
  wire [KEY+HANDLE-1:0] host_rdata;
  wire clearing;
  pw_lpm #(.KEY(KEY), .LEVELS(LEVELS), .ROOT_BITS(ROOT_BITS), .FAN_BITS(FAN_BITS), .ROWS(ROWS), .ROW_BITS(ROW_BITS),
           .HANDLE(HANDLE), .FINDS(FINDS), .ULTRA(ULTRA)) dut (.*);

  reg [KEY-1:0] last[0:ROWS-1], key;
  reg [HANDLE-1:0] handle[0:ROWS-1];
  reg [HANDLE-1:0] expected[0:LATENCY][0:FINDS-1];
  integer n, f, i, round, used, errors = 0, found = 0;

  function [KEY-1:0] random_key;
    input integer kind;
    integer at;
    begin
      for (at = 0; at < KEY; at = at + 8) random_key[at+:8] = kind == 0 ? $urandom : {7'b0, 1'($urandom)};
    end
  endfunction
  function [HANDLE-1:0] lookup(input [KEY-1:0] k);
    integer low, high, middle;
    begin
      low = 0;
      high = ROWS - 1;
      while (low < high) begin
        middle = (low + high) / 2;
        if (last[middle] < k) low = middle + 1;
        else high = middle;
      end
      lookup = handle[low];
    end
  endfunction
  task tick;
    begin
      #1 clk = 1;
      #1 clk = 0;
    end
  endtask
  // Ascending: random steps over the whole range, or from one key to the next.
  task make_table;
    reg [KEY-1:0] step;
    begin
      used = round == 0 ? 0 : $urandom % 3 == 0 ? ROWS - 1 : $urandom % ROWS;
      key = round % 4 == 3 ? {KEY{1'b0}} : random_key(1);
      for (i = 0; i < ROWS; i = i + 1) begin
        last[i] = {KEY{1'b1}};
        if (i < used && (i == 0 || last[i-1] != {KEY{1'b1}})) begin
          step = round % 4 == 3 ? $urandom % 3 : random_key(0) / (ROWS + 1);
          last[i] = key + step < key ? {KEY{1'b1}} : key + step;
          key = last[i];
        end
        handle[i] = round == 0 ? 0 : $urandom;
        // Rows behind the first of ones are never reached.
      end
      for (i = 0; i < ROWS && round != 0; i = i + 1) begin
        host_select = 1;
        host_write = 1;
        host_address = i;
        host_wdata = {last[i], handle[i]};
        tick;
      end
      host_write = 0;
      for (i = 0; i < ROWS; i = i + 1) begin
        host_select = 1;
        host_address = i;
        tick;
        if (host_rdata !== {{KEY{1'b0}}, handle[i]}) errors = errors + 1;
      end
      host_select = 0;
    end
  endtask

  initial begin
    tick;
    tick;
    rst = 0;
    #1 while (clearing) tick;
    for (round = 0; round < 12; round = round + 1) begin
      make_table;
      for (n = 0; n < 1000; n = n + 1) begin
        for (f = 0; f < FINDS; f = f + 1) begin
          for (i = LATENCY; i > 0; i = i - 1) expected[i][f] = expected[i-1][f];
          find_enable[f] = $urandom % 8 != 0;
          key = $urandom % 4 == 0 ? random_key(n % 2) : last[$urandom%ROWS];
          if ($urandom % 2 == 0) key = key + 1'b1;
          if ($urandom % 16 == 0) key = {KEY{1'b1}};
          for (i = 0; i < KEY; i = i + 8) find_key[f*KEY+KEY-8-i+:8] = key[i+:8];
          expected[0][f] = find_enable[f] ? lookup(key) : 0;
          if (expected[0][f] != 0) found = found + 1;
        end
        #1;
        for (f = 0; f < FINDS; f = f + 1)
          if (n >= LATENCY && find_handle[f*HANDLE+:HANDLE] !== expected[LATENCY][f]) errors = errors + 1;
        tick;
      end
    end
    if (errors == 0 && found > 1000) $display("PASS");
    else $display("FAIL: %0d errors, %0d found", errors, found);
  end
endmodule
