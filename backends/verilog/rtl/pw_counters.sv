// Counters of 64 bits, each of which may count one event in each clock. An event is first counted in a few flip-flops; one counter
// after the other is brought up to date in a LUT RAM, one a clock, so that one adder is enough for all of them.
//
// `value` is exact: it has every event of the clocks before this one, and none of this one. After rst or clear all
// counters are 0, and so is what they counted in that clock.
module pw_counters #(
    parameter integer COUNT = 10,  // counters, at least 2
    parameter integer SELECT = 4  // bits of a counter's number
) (
    input  wire              clk,
    input  wire              rst,
    input  wire              clear,
    input  wire [COUNT-1:0]  events,
    input  wire [SELECT-1:0] number,  // below COUNT
    output wire [63:0]       value
);
  // Between two turns of a counter lie COUNT clocks.
  localparam integer FEW = $clog2(COUNT + 1);
  localparam [SELECT-1:0] FINAL = SELECT'(COUNT - 1);
  localparam [SELECT-1:0] NEXT = 1;

  (* ram_style = "distributed" *) reg [63:0] memory[0:(1<<SELECT)-1];
  reg [COUNT-1:0] known;  // its word in the memory has been written since the last clear
  reg [SELECT-1:0] turn;  // the counter that is brought up to date
  wire [COUNT*FEW-1:0] recent;

  genvar i;
  generate
    for (i = 0; i < COUNT; i = i + 1) begin : g_recent
      localparam [SELECT-1:0] HERE = SELECT'(i);
      reg [FEW-1:0] few;
      wire [FEW-1:0] event_ = {{FEW - 1{1'b0}}, events[i]};
      always_ff @(posedge clk) begin
        if (rst || clear) few <= 0;
        else few <= (turn == HERE ? {FEW{1'b0}} : few) + event_;
      end
      assign recent[i*FEW+:FEW] = few;
    end
  endgenerate

  wire [63:0] turn_sum = (known[turn] ? memory[turn] : 64'd0) + {{64 - FEW{1'b0}}, recent[turn*FEW+:FEW]};
  assign value = (known[number] ? memory[number] : 64'd0) + {{64 - FEW{1'b0}}, recent[number*FEW+:FEW]};

  always_ff @(posedge clk) begin
    memory[turn] <= turn_sum;
    if (rst || clear) begin
      known <= 0;
      turn <= 0;
    end else begin
      known[turn] <= 1;
      turn <= turn == FINAL ? 0 : turn + NEXT;
    end
  end
endmodule
