// Random frames and requests through a pipeline that gives back what it gets: frames come out whole and in order,
// nothing else does, every request is answered with itself, and frames wait only in the clocks of a request's beats.
module pw_operation_tb;
  parameter integer BUS = 8;
  parameter integer BYTES = 20;
  parameter integer HOST = 160;
  localparam integer WIDTH = 8 * BUS + BUS + 1 + 1 + 1;  // data, keep, last, first, operation
  reg clk = 0, rst = 1, request = 0;
  reg [HOST-1:0] data = 0;
  reg [15:0] bytes = 0;
  wire done;
  wire [HOST-1:0] answer;
  reg from_tvalid = 0, from_tlast = 0, from_bad = 0, to_tready = 0, m_axis_tready = 0;
  wire from_tready, to_tvalid, to_tlast, to_bad, out_tready, m_axis_tvalid, res_valid;
  reg [8*BUS-1:0] from_tdata = 0;
  reg [BUS-1:0] from_tkeep = {BUS{1'b1}};
  reg [15:0] from_length = 7;
  reg [31:0] from_ifindex = 32'h8000_0005;
  wire [8*BUS-1:0] to_tdata;
  wire [BUS-1:0] to_tkeep;
  wire [15:0] to_length;
  wire [31:0] to_ifindex;

  // The pipeline: a FIFO of beats.
  reg [WIDTH-1:0] fifo[0:255];
  reg [7:0] head = 0, tail = 0;
  wire [WIDTH-1:0] top = fifo[head];
  wire filled = head != tail;
  reg offer = 0;
  wire out_tvalid = filled && offer;
  wire out_tlast = top[2], out_first = top[1];
  wire [8*BUS-1:0] out_tdata = top[WIDTH-1-:8*BUS];
  wire [7:0] out_trap = out_first && top[0] ? 8'd2 : 8'd0;
  wire out_res_valid = out_tvalid && out_tready && out_first;
  pw_operation #(.BUS(BUS), .BYTES(BYTES), .HOST(HOST)) dut (.*);

  reg first = 1, seen_first = 1, is_operation = 0;
  reg [31:0] sent = 0, got = 0;  // beats of frames: their data counts them
  integer now, i, errors = 0, answers = 0, results = 0, frames = 0, waits = 0, operations_in = 0;
  reg [HOST-1:0] mask;
  reg [WIDTH-1:0] came;  // a beat, and whether one did
  reg pushed;
  initial begin
    for (now = 0; now < 40000; now = now + 1) begin
      rst = now < 2;
      to_tready = !rst && $urandom % 4 != 0 && (tail - head) < 8'd200;
      m_axis_tready = $urandom % 4 != 0;
      if (!out_tvalid || out_tready) offer = $urandom % 8 != 0;
      if (!from_tvalid) begin
        from_tvalid = !rst && $urandom % 8 != 0;
        from_tlast = $urandom % 3 == 0;
        from_tdata = {(8 * BUS) / 32{sent}};
      end
      if (!request && !rst && $urandom % 16 == 0) begin
        request = 1;
        bytes = 1 + $urandom % BYTES;
        for (i = 0; i < HOST; i = i + 8) data[i+:8] = i < 8 * bytes ? $urandom : 0;
      end
      #1;
      pushed = to_tvalid && to_tready;
      if (pushed) begin
        if (first) is_operation = to_ifindex[31];
        if (first && is_operation && to_length !== bytes) errors = errors + 1;
        if (first && !is_operation && to_ifindex !== 32'd5) errors = errors + 1;
        came = {to_tdata, to_tkeep, to_tlast, first, is_operation};
        first = to_tlast;
        operations_in = operations_in + is_operation;
      end
      if (from_tvalid && !from_tready && to_tready) waits = waits + 1;
      if (to_tvalid && to_tready && !from_tready) waits = waits - (from_tvalid ? 1 : 0);
      if (m_axis_tvalid && m_axis_tready) begin
        if (out_tdata !== {(8 * BUS) / 32{got}} || top[0]) errors = errors + 1;
        got = got + 1;
        if (out_tlast) frames = frames + 1;
      end
      results = results + res_valid;
      if (res_valid && top[0]) errors = errors + 1;
      if (done) begin
        mask = ~({HOST{1'b1}} << (8 * bytes));
        if (((answer ^ data) & mask) !== 0) errors = errors + 1;
        answers = answers + 1;
      end
      i = out_tvalid && out_tready;
      #1 clk = 1;
      #1;
      if (i != 0) head = head + 1;
      if (pushed) begin
        fifo[tail] = came;
        tail = tail + 1;
      end
      if (from_tvalid && from_tready_q) begin
        from_tvalid = 0;
        sent = sent + 1;
      end
      if (done_q) request = 0;
      clk = 0;
    end
    if (errors == 0 && waits == 0 && answers > 500 && frames > 2000 && results >= frames && got > 5000) $display("PASS");
    else $display("FAIL: %0d errors, %0d waits, %0d answers, %0d frames, %0d results", errors, waits, answers, frames, results);
  end
  // As they were before the edge.
  reg from_tready_q = 0, done_q = 0;
  always @(posedge clk) begin
    from_tready_q = from_tready;
    done_q = done;
  end
endmodule
