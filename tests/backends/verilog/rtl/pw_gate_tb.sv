// Random packets while the gate opens and closes: none begins at a closed gate, none is cut, each is counted once.
module pw_gate_tb;
  reg clk = 0, rst = 1, closed = 0;
  reg s_axis_tvalid = 0, s_axis_tlast = 0, s_axis_bad = 0, inner_tready = 0;
  wire s_axis_tready, inner_tvalid, begins, begins_bad;
  pw_gate dut (.*);
  integer now, errors = 0, good = 0, bad = 0, waited = 0;
  reg begun = 0, taken = 0;
  initial begin
    for (now = 0; now < 30000; now = now + 1) begin
      rst = now < 2 || now == 12345;
      if (!s_axis_tvalid || taken) begin
        s_axis_tvalid = $urandom % 4 != 0;
        s_axis_tlast = $urandom % 3 == 0;
        s_axis_bad = $urandom % 5 == 0;
      end
      closed = $urandom % 16 == 0 ? !closed : closed;
      inner_tready = $urandom % 4 != 0;
      #1;
      taken = s_axis_tvalid && s_axis_tready;
      if (taken !== (inner_tvalid && inner_tready)) errors = errors + 1;
      if (now > 2) begin
        if (taken !== (s_axis_tvalid && inner_tready && (begun || !closed))) errors = errors + 1;
        if (begins !== (taken && !begun && !s_axis_bad)) errors = errors + 1;
        if (begins_bad !== (taken && !begun && s_axis_bad)) errors = errors + 1;
        good = good + begins;
        bad = bad + begins_bad;
        waited = waited + (closed && s_axis_tvalid && !s_axis_tready);
      end
      begun = !rst && (taken ? !s_axis_tlast : begun);
      #1 clk = 1;
      #1 clk = 0;
    end
    if (errors == 0 && good > 1000 && bad > 200 && waited > 1000) $display("PASS");
    else $display("FAIL: %0d errors, %0d %0d %0d", errors, good, bad, waited);
  end
endmodule
