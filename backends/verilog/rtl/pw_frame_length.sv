// A stream without lengths gets them: frames are stored whole, and leave with their length and whether they are bad on
// every beat. A frame's last beat says whether it is bad; `s_late` comes LATE clocks after that beat was accepted.
//
// One beat a clock in and out; a frame's first beat is out LATE + 1 clocks after its last one was accepted, if no other frame is in the
// way, and there is no gap in it (LATE is at least what the block RAM takes for that). A frame of more than DEPTH / 2 beats is cut there
// and marked bad (`cut`).
module pw_frame_length #(
    parameter integer BUS = 64,  // bytes
    parameter integer DEPTH = 512,  // beats; a power of two
    parameter integer FRAMES = 64,  // stored at most; a power of two, more than LATE + 2
    parameter integer ABOUT = 1,
    parameter integer LATE = 2  // at least 2
) (
    input  wire             clk,
    input  wire             rst,
    input  wire             s_axis_tvalid,
    output wire             s_axis_tready,
    input  wire [8*BUS-1:0] s_axis_tdata,
    input  wire [BUS-1:0]   s_axis_tkeep,
    input  wire             s_axis_tlast,
    input  wire             s_axis_bad,
    input  wire [ABOUT-1:0] s_late,
    output wire             m_axis_tvalid,
    input  wire             m_axis_tready,
    output wire [8*BUS-1:0] m_axis_tdata,
    output wire [BUS-1:0]   m_axis_tkeep,
    output wire             m_axis_tlast,
    output wire [15:0]      m_axis_length,
    output wire             m_axis_bad,
    output wire [ABOUT-1:0] m_about,
    output wire             cut  // a frame that is too long
);
  localparam integer LOG = $clog2(DEPTH);
  localparam integer COUNT = $clog2(BUS) + 1;
  localparam [LOG-1:0] LONGEST = LOG'(DEPTH / 2 - 1);  // number of the last beat that is stored
  localparam [LOG:0] FULL = (LOG + 1)'(DEPTH);
  localparam [$clog2(FRAMES):0] ENOUGH = ($clog2(FRAMES) + 1)'(FRAMES - LATE - 1);

  reg [LOG-1:0] beat;  // number of the next one in its frame
  reg skipping;  // the rest of a frame that was cut
  wire [LOG:0] stored;
  wire [$clog2(FRAMES):0] known;
  assign s_axis_tready = stored != FULL && known < ENOUGH;
  wire accept = s_axis_tvalid && s_axis_tready;
  wire store = accept && !skipping;
  assign cut = store && !s_axis_tlast && beat == LONGEST;
  wire ends = s_axis_tlast || cut;

  reg [COUNT-1:0] bytes;  // of the beat
  integer i;
  always_comb begin
    bytes = 0;
    for (i = 0; i < BUS; i = i + 1) bytes = bytes + {{COUNT - 1{1'b0}}, s_axis_tkeep[i]};
  end
  // All bytes of the beats before the last one are there.
  wire [15:0] length = {{16 - LOG - COUNT + 1{1'b0}}, beat, {COUNT - 1{1'b0}}} + {{16 - COUNT{1'b0}}, bytes};

  // What is known of a frame, LATE clocks later.
  reg [LATE-1:0] ended;
  reg [17*LATE-1:0] values;
  always_ff @(posedge clk) begin
    if (rst) ended <= 0;
    else ended <= {ended[LATE-2:0], store && ends};
    values <= {values[17*(LATE-1)-1:0], s_axis_bad || cut, length};
  end
  wire done = ended[LATE-1];
  wire [16:0] done_about = values[17*LATE-1-:17];

  wire data_valid, frame_valid;
  wire send = m_axis_tvalid && m_axis_tready;
  pw_fifo #(.WIDTH(9 * BUS + 1), .DEPTH(DEPTH), .BLOCK(1)) beats (
      .clk(clk), .rst(rst), .push(store), .push_data({ends, s_axis_tkeep, s_axis_tdata}), .pop(send),
      .head_valid(data_valid), .head({m_axis_tlast, m_axis_tkeep, m_axis_tdata}), .level(stored));
  pw_fifo #(.WIDTH(17 + ABOUT), .DEPTH(FRAMES)) frames (
      .clk(clk), .rst(rst), .push(done), .push_data({done_about, s_late}), .pop(send && m_axis_tlast),
      .head_valid(frame_valid), .head({m_axis_bad, m_axis_length, m_about}), .level(known));
  assign m_axis_tvalid = data_valid && frame_valid;

  always_ff @(posedge clk) begin
    if (rst) begin
      beat <= 0;
      skipping <= 0;
    end else if (accept) begin
      skipping <= !s_axis_tlast && (skipping || cut);
      if (s_axis_tlast) beat <= 0;
      else if (!skipping) beat <= beat + 1'b1;
    end
  end
endmodule
