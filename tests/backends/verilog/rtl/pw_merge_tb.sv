// Random frames on all streams: each comes out whole and in the order of its stream, no stream waits for more than one
// frame of each of the others, and while the output is ready a beat leaves in each clock that finds one waiting.
module pw_merge_tb #(
    parameter integer N = 2,
    parameter integer WIDTH = 24
);
  reg clk = 0, rst = 1;
  reg [N-1:0] s_valid = 0, s_last = 0;
  reg [N*WIDTH-1:0] s_data = 0;
  wire [N-1:0] s_ready;
  wire m_valid, m_last;
  reg m_ready = 0;
  wire [WIDTH-1:0] m_data;
  pw_merge #(.N(N), .WIDTH(WIDTH)) dut (.*);
  // A beat is {stream 8, number 16}.
  integer given[0:N-1], taken[0:N-1], passed[0:N-1];
  integer now, i, from, errors = 0, frames = 0, current = -1, busy;
  initial begin
    for (i = 0; i < N; i = i + 1) begin
      given[i] = 0;
      taken[i] = 0;
      passed[i] = 0;
    end
    for (now = 0; now < 40000; now = now + 1) begin
      rst = now < 2;
      for (i = 0; i < N; i = i + 1)
        if (now > 2 && !s_valid[i] && (now < 20000 ? $urandom % 3 == 0 : 1'b1)) begin
          s_valid[i] = 1;
          s_last[i] = $urandom % 3 == 0;
          s_data[WIDTH*i+:WIDTH] = {i[7:0], given[i][15:0]};
          given[i] = given[i] + 1;
        end
      m_ready = now < 20000 ? $urandom % 4 != 0 : 1'b1;
      #1;
      if (now > 20010 && !m_valid) errors = errors + 1;
      if (now > 2 && m_valid && m_ready) begin
        from = m_data[WIDTH-1-:8];
        if (current >= 0 && from != current) errors = errors + 1;
        if (m_data[15:0] !== taken[from][15:0]) errors = errors + 1;
        taken[from] = taken[from] + 1;
        current = m_last ? -1 : from;
        if (m_last) begin
          frames = frames + 1;
          passed[from] = 0;
          // Behind the two beats of the output register all streams always have something.
          for (i = 0; i < N; i = i + 1)
            if (now > 20010 && i != from) begin
              passed[i] = passed[i] + 1;
              if (passed[i] > N - 1) errors = errors + 1;
            end
        end
      end
      #1 clk = 1;
      #1;
      for (i = 0; i < N; i = i + 1) if (busy_ready[i]) s_valid[i] = 0;
      clk = 0;
      #1;
    end
    if (errors == 0 && frames > 5000) $display("PASS");
    else $display("FAIL: %0d errors, %0d frames", errors, frames);
  end
  reg [N-1:0] busy_ready = 0;
  always @(posedge clk) busy_ready = s_valid & s_ready & {N{!rst}};
endmodule
