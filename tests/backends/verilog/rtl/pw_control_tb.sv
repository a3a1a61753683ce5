// Writes and reads of every register, one at a time; accesses to a memory behind the host port, which may only happen while the pipeline,
// which is busy at random, is empty; and the answers where there is no register.
module pw_control_tb;
  parameter integer ADDRESS = 12;
  parameter integer HOST = 40;
  parameter integer COUNTERS = 10;
  parameter integer SELECT = 4;
  localparam [31:0] PROGRAM = 32'hcafe0123;
  localparam integer DATA_WORDS = (HOST + 31) / 32;
  reg clk = 0, rst = 1, write = 0, read = 0;
  reg [ADDRESS-3:0] write_word = 0, read_word = 0;
  reg [31:0] write_data = 0;
  reg [3:0] write_strobe = 0;
  wire write_fails, read_fails, closed, host_valid, host_write, counters_clear;
  wire [31:0] read_data, cfg_cpu, cfg_seed, host_row;
  wire [7:0] host_map, host_table;
  wire [HOST-1:0] host_wdata;
  reg idle = 1, clear_done = 0, host_ready = 0;
  reg [HOST-1:0] host_rdata = 0;
  wire live_request;
  reg live_done = 0;
  reg [HOST-1:0] live_answer = 0;
  wire [SELECT-1:0] counter_number;
  wire [63:0] counter_value = {32'd7 + counter_number, 32'd100 + counter_number};
  pw_control #(.ADDRESS(ADDRESS), .HOST(HOST), .COUNTERS(COUNTERS), .SELECT(SELECT), .PROGRAM(PROGRAM)) dut (.*);

  reg [HOST-1:0] memory[0:15];
  reg [32*DATA_WORDS-1:0] line[0:15];  // what the memory has to hold
  integer errors = 0, accesses = 0, left = 0, since = 0, i, k, slot, waited, clears = 0;
  reg may_begin = 1;  // the gate was open in the clock before
  reg [31:0] value, high;

  // One clock of the pipeline and of the memory.
  task automatic tick;
    begin
      #1;
      if (host_valid && !idle) errors = errors + 1;
      clears = clears + counters_clear;
      if (host_valid && since == 1 && host_write) memory[host_row[3:0]] = host_wdata;
      #1 clk = 1;
      #1;
      // A packet that began in the last clock with an open gate is inside from this one on.
      if (left != 0) left = left - 1;
      else if (may_begin && $urandom % 4 == 0) left = $urandom % 20;
      since = host_valid && !host_ready ? since + 1 : 0;
      host_ready = host_valid && since == 3;
      host_rdata = host_ready ? memory[host_row[3:0]] : {HOST{1'bx}};
      clk = 0;
      #1 idle = left == 0;
      may_begin = !closed;
      if (host_ready) accesses = accesses + 1;
    end
  endtask

  task automatic put(input [31:0] offset, input [31:0] data, input [3:0] strobe, input fails);
    begin
      write = 1;
      write_word = offset[ADDRESS-1:2];
      write_data = data;
      write_strobe = strobe;
      #1 if (write_fails !== fails) errors = errors + 1;
      tick;
      write = 0;
    end
  endtask

  task automatic get(input [31:0] offset, input fails);
    begin
      read = 1;
      read_word = offset[ADDRESS-1:2];
      #1 if (read_fails !== fails) errors = errors + 1;
      value = read_data;
      tick;
      read = 0;
    end
  endtask

  task automatic expect_(input [31:0] offset, input [31:0] wanted);
    begin
      get(offset, 0);
      if (value !== wanted) begin
        errors = errors + 1;
        $display("register %h: %h instead of %h", offset, value, wanted);
      end
    end
  endtask

  // Waits until a command is done. Another one, and other host registers, are refused until then.
  task automatic finish;
    begin
      put(32'h2c, 1, 4'hf, 1);
      put(32'h28, 1, 4'hf, 1);
      put(32'h800, 1, 4'hf, 1);
      waited = 0;
      get(32'h0c, 0);
      while (value[2] && waited < 200) begin
        if (!value[3]) errors = errors + 1;
        waited = waited + 1;
        get(32'h0c, 0);
      end
      if (waited >= 200) errors = errors + 1;
    end
  endtask

  initial begin
    for (i = 0; i < 16; i = i + 1) begin
      memory[i] = 0;
      line[i] = 0;
    end
    tick;
    tick;
    rst = 0;
    clear_done = 1;
    expect_(32'h00, 32'h50575031);
    expect_(32'h04, 32'h00010000);
    expect_(32'h08, PROGRAM);
    expect_(32'h14, 0);
    expect_(32'h18, 1);
    expect_(32'h30, HOST);
    put(32'h14, 32'haabbccdd, 4'b1111, 0);
    put(32'h14, 32'h11223344, 4'b0101, 0);
    expect_(32'h14, 32'haa22cc44);
    put(32'h18, 32'h01020304, 4'b1010, 0);
    expect_(32'h18, 32'h01000301);
    if (cfg_cpu !== 32'haa22cc44 || cfg_seed !== 32'h01000301) errors = errors + 1;
    // Where nothing is, or nothing can be written.
    get(32'h1c, 1);
    get(32'h34, 1);
    get(32'h100 + 8 * COUNTERS, 1);
    get(32'h800 + 4 * DATA_WORDS, 1);
    get(32'hffc, 1);
    put(32'h00, 0, 4'hf, 1);
    put(32'h0c, 0, 4'hf, 1);
    put(32'h100, 0, 4'hf, 1);
    put(32'h800 + 4 * DATA_WORDS, 0, 4'hf, 1);
    expect_(32'h00, 32'h50575031);
    // The high word belongs to the low word that was read last.
    for (i = 0; i < COUNTERS; i = i + 1) begin
      expect_(32'h100 + 8 * i, 100 + i);
      expect_(32'h104 + 8 * ((i + 1) % COUNTERS), 7 + i);
    end
    put(32'h10, 2, 4'hf, 0);
    if (clears != 1) errors = errors + 1;
    expect_(32'h10, 0);

    for (k = 0; k < 300; k = k + 1) begin
      slot = $urandom % 16;
      if (k % 50 == 25) begin
        put(32'h10, k / 50 % 2, 4'hf, 0);
        expect_(32'h10, k / 50 % 2);
      end
      put(32'h20, slot + 3, 4'hf, 0);
      put(32'h24, slot + 5, 4'hf, 0);
      put(32'h28, slot, 4'hf, 0);
      expect_(32'h20, slot + 3);
      expect_(32'h28, slot);
      if (host_map !== slot + 3 || host_table !== slot + 5 || host_row !== slot) errors = errors + 1;
      if ($urandom % 2) begin
        for (i = 0; i < DATA_WORDS; i = i + 1) begin
          value = $urandom;
          line[slot][32*i+:32] = value;
          put(32'h800 + 4 * i, value, 4'hf, 0);
        end
        put(32'h2c, 1, 4'hf, 0);
        finish;
      end else begin
        put(32'h2c, 0, 4'hf, 0);
        finish;
        for (i = 0; i < DATA_WORDS; i = i + 1) begin
          high = line[slot][32*i+:32];
          if (i == DATA_WORDS - 1 && HOST % 32 != 0) high = high & ((33'd1 << (HOST % 32)) - 1);
          expect_(32'h800 + 4 * i, high);
        end
      end
    end
    put(32'h2c, 1, 4'b1110, 0);  // its byte is not written: no command
    get(32'h0c, 0);
    if (value[2]) errors = errors + 1;
    if (errors == 0 && accesses == 300) $display("PASS");
    else $display("FAIL: %0d errors, %0d accesses", errors, accesses);
  end
endmodule
