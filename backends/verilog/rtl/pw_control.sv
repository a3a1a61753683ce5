// The registers behind the control port (pw_axil): identity, state, configuration, counters, and the host's way to the
// memories of the maps. The README of the Verilog backend has the table.
//
// An access to a map must not happen while packets are inside. So an access keeps new packets out (`closed`), waits
// until the pipeline is empty, is done, and lets packets in again. HOLD does the same for as long as it is set, for
// several accesses that belong together.
//
// With LIVE = 1 a command may also be an operation, which goes through the pipeline between packets (pw_operation).
module pw_control #(
    parameter integer ADDRESS = 12,  // bits of an address
    parameter integer HOST = 32,  // bits of the host port's data
    parameter integer COUNTERS = 10,
    parameter integer LIVE = 0,
    parameter integer SELECT = 4,  // bits of a counter's number
    parameter [31:0] PROGRAM = 0  // tells programs apart
) (
    input  wire                clk,
    input  wire                rst,
    // pw_axil
    input  wire                write,
    input  wire [ADDRESS-3:0]  write_word,
    input  wire [31:0]         write_data,
    input  wire [3:0]          write_strobe,
    output wire                write_fails,
    input  wire                read,
    input  wire [ADDRESS-3:0]  read_word,
    output wire [31:0]         read_data,
    output wire                read_fails,
    // the pipeline
    input  wire                idle,
    input  wire                clear_done,
    output wire                closed,  // no packet may begin
    output wire [31:0]         cfg_cpu,
    output wire [31:0]         cfg_seed,
    output wire                host_valid,
    output wire                host_write,
    output wire [7:0]          host_map,
    output wire [7:0]          host_table,
    output wire [31:0]         host_row,
    output wire [HOST-1:0]     host_wdata,
    input  wire                host_ready,
    input  wire [HOST-1:0]     host_rdata,
    // pw_operation
    output wire                live_request,
    input  wire                live_done,
    input  wire [HOST-1:0]     live_answer,
    // pw_counters
    output wire                counters_clear,
    output wire [SELECT-1:0]   counter_number,
    input  wire [63:0]         counter_value
);
  localparam integer WORD = ADDRESS - 2;
  localparam integer DATA_WORDS = (HOST + 31) / 32;
  localparam [31:0] ID = 32'h50575031;  // "PWP1"
  localparam [31:0] VERSION = 32'h0001_0000;
  localparam [WORD-1:0] AT_ID = 0, AT_VERSION = 1, AT_PROGRAM = 2, AT_STATUS = 3, AT_CONTROL = 4, AT_CPU = 5, AT_SEED = 6,
      AT_MAP = 8, AT_TABLE = 9, AT_ROW = 10, AT_COMMAND = 11, AT_WIDTH = 12, AT_COUNTERS = 64, AT_DATA = 512;
  localparam [WORD-1:0] END_COUNTERS = AT_COUNTERS + WORD'(2 * COUNTERS);
  localparam [WORD:0] END_DATA = {1'b0, AT_DATA} + (WORD + 1)'(DATA_WORDS);

  // ---- the access under way
  reg waiting;  // a command has been given, the pipeline is not empty yet
  reg closed_1;  // `closed` in the clock before: only then idle can't end by a packet that begins
  reg active;
  reg command_write;
  reg command_answer;  // it leaves what it is answered in the data words
  reg live;  // an operation is under way
  wire busy = waiting || active || live;
  assign host_valid = active;
  assign host_write = command_write;

  // ---- writes
  function automatic [31:0] merged(input [31:0] old, input [31:0] new_, input [3:0] strobe);
    merged = {strobe[3] ? new_[31:24] : old[31:24], strobe[2] ? new_[23:16] : old[23:16],
              strobe[1] ? new_[15:8] : old[15:8], strobe[0] ? new_[7:0] : old[7:0]};
  endfunction

  reg hold;
  reg [31:0] cpu, seed, row;
  reg [7:0] map, table_;
  wire to_data = write_word >= AT_DATA && {1'b0, write_word} < END_DATA;
  wire to_host = write_word == AT_MAP || write_word == AT_TABLE || write_word == AT_ROW || write_word == AT_COMMAND || to_data;
  wire to_others = write_word == AT_CONTROL || write_word == AT_CPU || write_word == AT_SEED;
  assign write_fails = !(to_others || (to_host && !busy));
  wire does_write = write && !write_fails;
  wire command = does_write && write_word == AT_COMMAND && write_strobe[0];
  assign counters_clear = does_write && write_word == AT_CONTROL && write_strobe[0] && write_data[1];

  always_ff @(posedge clk) begin
    if (command) begin
      command_write <= write_data[0];
      command_answer <= !write_data[0] || write_data[2];
    end
    closed_1 <= closed;
    if (rst) begin
      hold <= 0;
      cpu <= 0;
      seed <= 1;
      map <= 0;
      table_ <= 0;
      row <= 0;
      waiting <= 0;
      active <= 0;
      live <= 0;
    end else begin
      if (does_write && write_word == AT_CONTROL && write_strobe[0]) hold <= write_data[0];
      if (does_write && write_word == AT_CPU) cpu <= merged(cpu, write_data, write_strobe);
      if (does_write && write_word == AT_SEED) seed <= merged(seed, write_data, write_strobe);
      if (does_write && write_word == AT_MAP && write_strobe[0]) map <= write_data[7:0];
      if (does_write && write_word == AT_TABLE && write_strobe[0]) table_ <= write_data[7:0];
      if (does_write && write_word == AT_ROW) row <= merged(row, write_data, write_strobe);
      if (command && LIVE != 0 && write_data[3]) live <= 1;
      else if (live_done) live <= 0;
      if (command && (LIVE == 0 || !write_data[3])) waiting <= 1;
      else if (closed_1 && idle) waiting <= 0;
      if (waiting && closed_1 && idle) active <= 1;
      else if (host_ready) active <= 0;
    end
  end
  assign closed = hold || waiting || active;
  assign live_request = live;
  assign cfg_cpu = cpu;
  assign cfg_seed = seed;
  assign host_map = map;
  assign host_table = table_;
  assign host_row = row;

  generate
    if (LIVE == 0) begin : g_idle_only
      wire unused_live = &{live_done, live_answer};
    end
  endgenerate

  // ---- data words: written by the host, or what the last read gave
  wire [32*DATA_WORDS-1:0] data;
  wire [32*DATA_WORDS-1:0] given;
  wire [HOST-1:0] comes = LIVE != 0 && live ? live_answer : host_rdata;
  wire given_now = (host_ready && command_answer) || (LIVE != 0 && live_done);
  genvar i;
  generate
    if (HOST % 32 == 0) begin : g_whole
      assign given = comes;
    end else begin : g_part
      assign given = {{32 - HOST % 32{1'b0}}, comes};
      wire unused = &data[32*DATA_WORDS-1:HOST];
    end
    for (i = 0; i < DATA_WORDS; i = i + 1) begin : g_word
      localparam [WORD-1:0] HERE = AT_DATA + WORD'(i);
      reg [31:0] word;
      always_ff @(posedge clk) begin
        if (given_now) word <= given[32*i+:32];
        else if (does_write && write_word == HERE) word <= merged(word, write_data, write_strobe);
      end
      assign data[32*i+:32] = word;
      wire [31:0] shown;  // this word or one before it, if it is the one that is read
      if (i == 0) begin : g_first
        assign shown = word & {32{read_word == HERE}};
      end else begin : g_next
        assign shown = g_word[i-1].shown | (word & {32{read_word == HERE}});
      end
    end
  endgenerate
  assign host_wdata = data[HOST-1:0];

  // ---- reads
  wire [WORD-1:0] from_counters = read_word - AT_COUNTERS;
  wire [SELECT:0] counter_word = from_counters[SELECT:0];
  wire unused_counters = &from_counters[WORD-1:SELECT+1];
  wire of_counter = read_word >= AT_COUNTERS && read_word < END_COUNTERS;
  wire of_data = read_word >= AT_DATA && {1'b0, read_word} < END_DATA;
  assign counter_number = of_counter ? counter_word[SELECT:1] : {SELECT{1'b0}};
  reg [31:0] counter_high;  // of the counter whose low word was read last
  always_ff @(posedge clk) if (read && of_counter && !counter_word[0]) counter_high <= counter_value[63:32];

  reg [31:0] fixed;
  reg known;
  always_comb begin
    known = 1;
    case (read_word)
      AT_ID: fixed = ID;
      AT_VERSION: fixed = VERSION;
      AT_PROGRAM: fixed = PROGRAM;
      AT_STATUS: fixed = {28'd0, closed, busy, clear_done, idle};
      AT_CONTROL: fixed = {31'd0, hold};
      AT_CPU: fixed = cpu;
      AT_SEED: fixed = seed;
      AT_MAP: fixed = {24'd0, map};
      AT_TABLE: fixed = {24'd0, table_};
      AT_ROW: fixed = row;
      AT_COMMAND: fixed = {30'd0, busy, command_write};
      AT_WIDTH: fixed = HOST;
      default: begin
        fixed = 0;
        known = 0;
      end
    endcase
  end
  assign read_fails = !(known || of_counter || of_data);
  assign read_data = of_counter ? (counter_word[0] ? counter_high : counter_value[31:0]) :
                     of_data ? g_word[DATA_WORDS-1].shown : fixed;
endmodule
