// Slots set and emptied by the host; finds of keys below, at and above the end.
module pw_present_tb;
  parameter integer DEPTH = 5;
  parameter integer SLOT_BITS = 3;
  parameter integer FINDS = 2;
  parameter integer LATENCY = 1;
  localparam integer KEY = 32;
  reg clk = 0, rst = 1;
  reg [FINDS-1:0] find_enable = 0;
  reg [FINDS*KEY-1:0] find_key = 0;
  wire [FINDS*(SLOT_BITS+1)-1:0] find_handle;
  reg host_select = 0, host_write = 0, host_wdata = 0;
  reg [SLOT_BITS-1:0] host_address = 0;
  wire host_rdata, clearing;
  pw_present #(.DEPTH(DEPTH), .SLOT_BITS(SLOT_BITS), .KEY(KEY), .FINDS(FINDS), .LATENCY(LATENCY)) dut (.*);
  reg there[0:DEPTH-1];
  reg [SLOT_BITS:0] expected[0:2][0:FINDS-1];
  reg [KEY-1:0] key;
  integer n, f, s, round, errors = 0, found = 0;
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
    #1 while (clearing) tick;
    for (s = 0; s < DEPTH; s = s + 1) there[s] = 0;
    for (round = 0; round < 20; round = round + 1) begin
      for (s = 0; s < DEPTH; s = s + 1)
        if ($urandom % 2 == 0) begin
          there[s] = $urandom;
          host_select = 1;
          host_write = 1;
          host_address = s;
          host_wdata = there[s];
          tick;
        end
      host_write = 0;
      for (s = 0; s < DEPTH; s = s + 1) begin
        host_select = 1;
        host_address = s;
        repeat (LATENCY) tick;
        #1 if (host_rdata !== there[s]) errors = errors + 1;
      end
      host_select = 0;
      for (n = 0; n < 300; n = n + 1) begin
        for (f = 0; f < FINDS; f = f + 1) begin
          find_enable[f] = $urandom % 8 != 0;
          key = $urandom % 4 == 0 ? $urandom : $urandom % (DEPTH + 2);
          if ($urandom % 16 == 0) key[31] = 1;
          find_key[f*KEY+:KEY] = key;
          expected[2][f] = expected[1][f];
          expected[1][f] = expected[0][f];
          expected[0][f] = 0;
          if (find_enable[f] && key < DEPTH) if (there[key]) expected[0][f] = {key[SLOT_BITS-1:0], 1'b1};
          if (expected[0][f] != 0) found = found + 1;
        end
        #1;
        for (f = 0; f < FINDS; f = f + 1)
          if (n >= LATENCY && find_handle[f*(SLOT_BITS+1)+:SLOT_BITS+1] !== expected[LATENCY][f]) errors = errors + 1;
        tick;
      end
    end
    if (errors == 0 && found > 100) $display("PASS");
    else $display("FAIL: %0d errors, %0d found", errors, found);
  end
endmodule
