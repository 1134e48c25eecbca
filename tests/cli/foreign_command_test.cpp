// `attnviz render --matrix` with files of the kind that people have: the right outcome of each.
#include <string>
#include <vector>

#include "catch.h"
#include "cli/run_program.h"

using namespace attnviz;

namespace {

const std::string data = ATTNVIZ_SOURCE_DIR "/tests/data/foreign/";

struct Case {
  std::string arguments, message;
};

/// Drawn without a word that is not expected; `message` is a note or warning, "" for none.
void check_drawn(const WorkFolder& folder, const Case& c) {
  INFO(c.arguments);
  const auto result = folder.run("render --out o.png --matrix " + data + c.arguments);
  INFO(result.err);
  CHECK(result.exit_code == 0);
  CHECK(folder.read("o.png").starts_with(png_signature));
  if (c.message.empty()) {
    CHECK(result.err.starts_with("wrote o.png ("));
  } else {
    CHECK(result.err.find(c.message) != std::string::npos);
  }
}

/// Its weights and labels as CSV.
std::string csv_of(const WorkFolder& folder, const std::string& arguments) {
  return folder.run("render --quiet --out - --format csv --matrix " + data + arguments).out;
}

}  // namespace

TEST_CASE("attnviz render --matrix: files as people have them are drawn") {
  const WorkFolder folder;
  const std::vector<Case> cases{
      {"bf16.npy", "3 of 3 rows are not weights"},
      {"fairseq.in --input-format fairseq", ""},
      {"heads.npy --index all", ""},
      {"heads.npy", "note: " + data +
                        "heads.npy: map 1 of 6, of shape (6, 9, 9), is taken; --index "
                        "takes others, as in --index 0,3 or --index all"},
      {"heads.npy --index -1 0 --difference", ""},
      {"heads.npy --combine rollout", ""},
      {"j_lab.json", ""},
      {"last3.npy --index 0", "axis 1 of shape (9, 9, 6) sums to one, not the last"},
      {"last3.npy --index q,k,:", ""},
      {"logits_inf.npy --scale auto", "warning"},
      {"marian_nospm.in --input-format marian", ""},
      {"n3.npz", ""},
      {"nem_eos.in --input-format nematus", ""},
      {"nested.json --row-labels '' --column-labels '[1,2,3,4,5,6,7,8,9]'", ""},
      {"odd.CSV", ""},
      {"opennmt_softalignments.in --input-format nematus", ""},
      {"pharaoh.in --input-format pharaoh",
       "sentence 1 of 2 is taken; --sentence 2, 2:5 or all takes "
       "others"},
      {"pharaoh.in --input-format pharaoh --sentence all", ""},
      {"savetxt.in --input-format csv", ""},
      {"savetxt.in --input-format tsv", ""},
      {"spaces.csv", ""},
      {"title_key.json", ""},
      {"w_nan.npy", ""},
      {"noindex_silent.csv --labels columns", ""},
  };
  for (const Case& c : cases) check_drawn(folder, c);
}

TEST_CASE("attnviz render --matrix: what such files hold") {
  const WorkFolder folder;
  CHECK(
      csv_of(folder, "marian_nospm.in --input-format marian").starts_with(",0,1,2,3\n▁Tohle,0.8"));
  CHECK(csv_of(folder, "nem_eos.in --input-format nematus") ==
        ",a,dog,</s>\nein,0.9,0.1,0\nHund,0.2,0.8,0\n</s>,0,0,1\n");
  CHECK(csv_of(folder, "opennmt_softalignments.in --input-format nematus")
            .starts_with(",the,dog,is,asleep,.\nder,0.9,0.05,0.03,0.02,0\n"));
  CHECK(csv_of(folder, "fairseq.in --input-format fairseq")
            .starts_with(",a,big,dog,</s>\nein,0.8,0.1,0.1,0\n"));
  CHECK(csv_of(folder,
               "pharaoh.in --input-format pharaoh --sentence 2 --row-labels x,y,z "
               "--column-labels a,b") == ",a,b\nx,1,0\ny,1,0\nz,0,1\n");
  CHECK(csv_of(folder, "noindex_silent.csv --labels columns")
            .starts_with(",the,cat,sat,down\n0,0,0.9,0.1,0\n"));
  CHECK(csv_of(folder, "n3.npz").starts_with(",a,b,c,d,e\nw,"));
  CHECK(csv_of(folder, "odd.CSV") == read_bytes(data + "odd.CSV"));
  CHECK(csv_of(folder, "w_nan.npy").find(",,") != std::string::npos);
  CHECK(csv_of(folder, "bf16.npy --row-labels a,b,c").starts_with(",0,1,2\na,"));
  // A part of a padded batch, with its labels.
  CHECK(csv_of(folder,
               "padded_batch.npy --index 0 --crop-rows 0:4 --crop-columns 0:5 --row-labels "
               "der,Hund,schläft,. --column-labels the,dog,is,asleep,.")
            .starts_with(",the,dog,is,asleep,.\nder,"));
}

TEST_CASE("attnviz render --matrix: what can be read in two ways is refused, naming both") {
  const WorkFolder folder;
  folder.write("m.pt", "PK\x03\x04");
  folder.write("m.xlsx", "PK\x03\x04");
  const std::vector<Case> cases{
      {data + "noindex_silent.csv", "--labels: needed for " + data +
                                        "noindex_silent.csv, which can be read in two ways: "
                                        "columns takes the first row for labels "
                                        "and all 4 columns for weights, both the first column"},
      {data + "pandas_noindex.csv", "(9 x 9 or 9 x 8)"},
      {data + "padded_batch.npy --index 0 --row-labels a,b,c,d",
       "--row-labels: expected 12, one a row, got 4; --crop-rows 0:4 leaves out what is padded"},
      {data + "heads.npy --index 6", "--index: expected a number below 6 at place 1"},
      {data + "heads.npy --index all --difference", "--difference: expected two maps, got 6"},
      {data + "spaces.csv --index 0", "--index: expected a file of arrays"},
      {data + "spaces.csv --column-labels \"['a', 'b']\"",
       "--column-labels: expected a list with double quotes, as JSON has it"},
  };
  for (const Case& c : cases) {
    INFO(c.arguments);
    check_refused(folder.run("render --out o.png --matrix " + c.arguments), 2, c.message);
    CHECK(!folder.has("o.png"));
  }
  const auto many = folder.run("render --out o.png --row-labels a,b,c,d,e --matrix " + data +
                               "noindex_silent.csv --labels columns");
  check_refused(many, 2, "--row-labels: expected 4, one a row, got 5");
  CHECK(many.err.find("--crop") == std::string::npos);  // which could not help
  check_refused(folder.run("render --out o.png --matrix m.pt"), 3,
                "m.pt: this is PyTorch's pickle: numpy.savez(\"m.npz\", weights=torch.load(file)");
  check_refused(folder.run("render --out o.png --matrix m.xlsx"), 3,
                "m.xlsx: this is a workbook: save the sheet as CSV there");
}

TEST_CASE("attnviz render --matrix: titles are kept by conversions, and name the maps of a file") {
  const WorkFolder folder;
  const std::string matrix = "render --quiet --matrix " + data;
  folder.run(matrix + "title_key.json --out a.npz");
  folder.run("render --matrix a.npz --out b.json");
  const std::string title = folder.read("b.json");
  CHECK(title.find("\"title\":\"") != std::string::npos);
  folder.run(matrix + "heads.npy --index 0 --title 'head 0' --out h.json");
  CHECK(folder.read("h.json").find("\"title\":\"head 0\"") != std::string::npos);
  folder.run(matrix + "heads.npy --index 1:3 --out h.jsonl");
  CHECK(folder.read("h.jsonl").find("\"title\":\"index 2\"") != std::string::npos);
}

TEST_CASE("attnviz render: labels are a list, JSON, a file or one label") {
  const WorkFolder folder;
  folder.write("one.csv", "0.5,0.5\n");
  folder.write("words", "a\nb\n");
  const auto labels = [&](const std::string& text) {
    return folder.run(
        "render --out - --format csv --matrix one.csv --row-labels R --column-labels " + text);
  };
  struct {
    std::string text, csv;
  } cases[] = {
      {"a,b", ",a,b\nR,0.5,0.5\n"},
      {"words", ",a,b\nR,0.5,0.5\n"},
      {"'[\"a\",\"b\"]'", ",a,b\nR,0.5,0.5\n"},
      {"'[1,2]'", ",1,2\nR,0.5,0.5\n"},
      {"'[CLS],[SEP]'", ",[CLS],[SEP]\nR,0.5,0.5\n"},
      {"''", ",\"\",\"\"\nR,0.5,0.5\n"},
      {"=,x", ",=,x\nR,0.5,0.5\n"},
  };
  for (const auto& c : cases) {
    INFO(c.text);
    CHECK(labels(c.text).out == c.csv);
  }
  folder.write("R", "S\n");  // a file comes first, = before both
  CHECK(labels("a,b").out == ",a,b\nS,0.5,0.5\n");
  CHECK(folder.run("render --out - --format csv --matrix one.csv --row-labels =R").out ==
        ",0,1\nR,0.5,0.5\n");
}
