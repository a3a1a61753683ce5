// Operations of the host among the packets. A request is put between two frames in front of the pipeline's input; its
// answer, told by its trap number, is taken off behind the output. So an operation takes the slots of its beats and
// no more, at the input and at the output.
//
// `request` stays high, with `data` and `bytes`, until `done` pulses; `answer` is valid in that clock.
module pw_operation #(
    parameter integer BUS = 64,  // bytes
    parameter integer BYTES = 64,  // longest request
    parameter integer HOST = 512  // bits of `data`, at least 8 * BYTES
) (
    input  wire              clk,
    input  wire              rst,
    // pw_control
    input  wire              request,
    input  wire [HOST-1:0]   data,
    input  wire [15:0]       bytes,
    output reg               done,
    output wire [HOST-1:0]   answer,
    // packets in
    input  wire              from_tvalid,
    output wire              from_tready,
    input  wire [8*BUS-1:0]  from_tdata,
    input  wire [BUS-1:0]    from_tkeep,
    input  wire              from_tlast,
    input  wire [15:0]       from_length,
    input  wire [31:0]       from_ifindex,
    input  wire              from_bad,
    output wire              to_tvalid,
    input  wire              to_tready,
    output wire [8*BUS-1:0]  to_tdata,
    output wire [BUS-1:0]    to_tkeep,
    output wire              to_tlast,
    output wire [15:0]       to_length,
    output wire [31:0]       to_ifindex,
    output wire              to_bad,
    // packets out
    input  wire              out_tvalid,
    output wire              out_tready,
    input  wire [8*BUS-1:0]  out_tdata,
    input  wire              out_tlast,
    input  wire              out_res_valid,
    input  wire [7:0]        out_trap,
    output wire              m_axis_tvalid,
    input  wire              m_axis_tready,
    output wire              res_valid
);
  localparam integer BEATS = (BYTES + BUS - 1) / BUS;
  localparam integer PADDED = 8 * BUS * BEATS;
  localparam integer COUNT = BEATS > 1 ? $clog2(BEATS) : 1;
  localparam [7:0] TRAP = 2;  // of an answer

  // ---- in: between two frames
  reg begun;  // a frame from outside
  reg asked;  // the request is in the pipeline, or its answer has just come
  reg [COUNT-1:0] beat;  // of the request, that goes in next
  wire sending = request && !asked && !begun;
  wire accepted = from_tvalid && from_tready;
  wire [PADDED-1:0] padded;
  generate
    if (PADDED > HOST) assign padded = {{PADDED - HOST{1'b0}}, data};
    else assign padded = data[PADDED-1:0];
  endgenerate
  wire [31:0] left = {16'd0, bytes} - BUS * {{32 - COUNT{1'b0}}, beat};  // bytes of this beat and those behind it
  wire last = left <= BUS;
  wire [BUS-1:0] keep;
  genvar i;
  generate
    for (i = 0; i < BUS; i = i + 1) begin : g_keep
      assign keep[i] = left > i;
    end
  endgenerate
  assign to_tvalid = sending || from_tvalid;
  assign from_tready = to_tready && !sending;
  assign to_tdata = sending ? padded[8*BUS*beat+:8*BUS] : from_tdata;
  assign to_tkeep = sending ? keep : from_tkeep;
  assign to_tlast = sending ? last : from_tlast;
  assign to_length = sending ? bytes : from_length;
  assign to_ifindex = {sending, sending ? 31'd0 : from_ifindex[30:0]};  // nobody else can set the mark
  assign to_bad = from_bad && !sending;
  wire unused = from_ifindex[31];

  always_ff @(posedge clk) begin
    if (rst) begin
      begun <= 0;
      asked <= 0;
      beat <= 0;
    end else begin
      if (accepted) begun <= !from_tlast;
      if (sending && to_tready) beat <= last ? {COUNT{1'b0}} : beat + 1'b1;
      if (sending && to_tready && last) asked <= 1;
      else if (done || !request) asked <= 0;
    end
  end

  // ---- out: the answer's beats go into a register
  reg under_way;  // a frame leaves, its first beat is gone
  reg mine;  // it is the answer
  reg [COUNT-1:0] place;
  wire take = under_way ? mine : out_trap == TRAP;
  assign m_axis_tvalid = out_tvalid && !take;
  assign out_tready = m_axis_tready || (out_tvalid && take);
  assign res_valid = out_res_valid && !(out_tvalid && take && !under_way);
  wire leaves = out_tvalid && out_tready;
  wire [PADDED-1:0] kept;
  generate
    for (i = 0; i < BEATS; i = i + 1) begin : g_answer
      localparam [COUNT-1:0] HERE = COUNT'(i);
      reg [8*BUS-1:0] word;
      always_ff @(posedge clk) if (leaves && take && place == HERE) word <= out_tdata;
      assign kept[8*BUS*i+:8*BUS] = word;
    end
    if (HOST > PADDED) assign answer = {{HOST - PADDED{1'b0}}, kept};
    else assign answer = kept[HOST-1:0];
    if (HOST < PADDED) begin : g_behind
      wire unused_kept = &kept[PADDED-1:HOST];
    end
  endgenerate
  always_ff @(posedge clk) begin
    if (rst) begin
      under_way <= 0;
      mine <= 0;
      place <= 0;
      done <= 0;
    end else begin
      if (leaves) begin
        under_way <= !out_tlast;
        mine <= take;
      end
      if (leaves && take) place <= out_tlast ? {COUNT{1'b0}} : place + 1'b1;
      done <= leaves && take && out_tlast;
    end
  end
endmodule
