// Random reads and writes over few words, so that they meet at every distance, against a plain array. A read issued in
// clock t must show every write of the clocks before t + LATENCY. Then the host reads all of it, writes and reads back.
module pw_column_tb;
  parameter integer WIDTH = 16;
  parameter integer DEPTH = 4;
  parameter integer ADDRESS = 2;
  parameter integer READS = 2;
  parameter integer WRITES = 2;
  parameter integer LATENCY = 2;
  parameter integer WHOLE = 0;
  localparam integer BYTES = WIDTH / 8;

  reg clk = 0, rst = 1;
  reg [READS-1:0] read_enable = 0;
  reg [READS*ADDRESS-1:0] read_address = 0;
  wire [READS*WIDTH-1:0] read_data;
  reg [WRITES-1:0] write_enable = 0;
  reg [WRITES*ADDRESS-1:0] write_address = 0;
  reg [WRITES*WIDTH-1:0] write_data = 0;
  reg [WRITES*BYTES-1:0] write_bytes = 0;
  reg host_select = 0, host_write = 0;
  reg [ADDRESS-1:0] host_address = 0;
  reg [WIDTH-1:0] host_wdata = 0;
  wire [WIDTH-1:0] host_rdata;
  wire clearing;
  pw_column #(.WIDTH(WIDTH), .DEPTH(DEPTH), .ADDRESS(ADDRESS), .READS(READS), .WRITES(WRITES), .LATENCY(LATENCY),
              .WHOLE(WHOLE)) dut (.*);

  reg [WIDTH-1:0] memory[0:DEPTH-1];
  reg [WIDTH-1:0] expected[0:READS-1];
  reg [ADDRESS-1:0] at_1[0:READS-1];  // read addresses of this clock, and of the one before
  reg [ADDRESS-1:0] at_0[0:READS-1];
  reg on_0[0:READS-1], on_1[0:READS-1];
  integer now, r, w, b, i, errors = 0, checked = 0, round;

  task tick;
    begin
      #1 clk = 1;
      #1 clk = 0;
    end
  endtask

  task traffic(input integer clocks);
    for (now = 0; now < clocks; now = now + 1) begin
      write_enable = $urandom;
      write_data = {$urandom, $urandom, $urandom, $urandom, $urandom, $urandom};
      write_bytes = WHOLE == 0 && $urandom % 3 == 0 ? {$urandom, $urandom} : {WRITES * BYTES{1'b1}};
      for (w = 0; w < WRITES; w = w + 1) write_address[w*ADDRESS+:ADDRESS] = $urandom % DEPTH;
      read_enable = $urandom % 4 == 0 ? $urandom : {READS{1'b1}};
      for (r = 0; r < READS; r = r + 1) read_address[r*ADDRESS+:ADDRESS] = $urandom % DEPTH;
      #1;
      if (now >= LATENCY)
        for (r = 0; r < READS; r = r + 1) begin
          checked = checked + 1;
          if (read_data[r*WIDTH+:WIDTH] !== expected[r]) errors = errors + 1;
        end
      for (w = 0; w < WRITES; w = w + 1)
        for (b = 0; b < BYTES; b = b + 1)
          if (write_enable[w] && write_bytes[w*BYTES+b])
            memory[write_address[w*ADDRESS+:ADDRESS]][8*b+:8] = write_data[w*WIDTH+8*b+:8];
      for (r = 0; r < READS; r = r + 1) begin
        at_1[r] = at_0[r];
        on_1[r] = on_0[r];
        at_0[r] = read_address[r*ADDRESS+:ADDRESS];
        on_0[r] = read_enable[r];
        if (LATENCY == 1) expected[r] = on_0[r] ? memory[at_0[r]] : 0;
        else expected[r] = on_1[r] ? memory[at_1[r]] : 0;
      end
      tick;
    end
  endtask

  task host_check;
    for (i = 0; i < DEPTH; i = i + 1) begin
      host_select = 1;
      host_address = i;
      repeat (LATENCY) tick;
      #1 if (host_rdata !== memory[i]) errors = errors + 1;
      host_select = 0;
    end
  endtask

  initial begin
    for (round = 0; round < 3; round = round + 1) begin
      rst = 1;
      write_enable = 0;
      tick;
      tick;
      rst = 0;
      for (i = 0; i < DEPTH; i = i + 1) memory[i] = 0;
      #1;
      i = 0;
      while (clearing) begin
        tick;
        i = i + 1;
        #1;
      end
      if (i != DEPTH) errors = errors + 1;
      host_check;
      traffic(3000);
      write_enable = 0;
      tick;
      host_check;
      for (i = 0; i < DEPTH; i = i + 1) begin
        host_select = 1;
        host_write = 1;
        host_address = i;
        host_wdata = $urandom;
        memory[i] = host_wdata;
        tick;
        host_select = 0;
        host_write = 0;
      end
      host_check;
      traffic(500);
    end
    if (errors == 0 && checked > 1000) $display("PASS");
    else $display("FAIL: %0d errors of %0d", errors, checked);
  end
endmodule
