#include "gateway/commands/export.h"

#include <optional>

#include "gateway/config/gateway_files.h"
#include "gateway/readmodel/read_model.h"
#include "gateway/readmodel/row_json.h"

namespace fairfeed {
namespace {

constexpr int kDone = 0;
constexpr int kFailed = 1;
constexpr int kWrongInput = 2;

int wrong(const std::string& line, std::ostream& err) {
    err << line << '\n';
    return kWrongInput;
}

std::optional<OfficeTable> table_of(std::string_view what) {
    if (what == "bills") return OfficeTable::bill_lines;
    if (what == "readings") return OfficeTable::readings;
    if (what == "settlements") return OfficeTable::settlements;
    return std::nullopt;
}

// RFC 4180, 2.6 and 2.7.
std::string csv_cell(const OfficeCell& cell) {
    if (const auto* number = std::get_if<std::int64_t>(&cell)) return std::to_string(*number);
    const auto* text = std::get_if<std::string>(&cell);
    if (text == nullptr) return "";
    if (text->find_first_of(",\"\r\n") == std::string::npos) return *text;
    std::string quoted = "\"";
    for (const char each : *text)
        quoted += each == '"' ? std::string("\"\"") : std::string(1, each);
    return quoted + "\"";
}

void write_csv(const OfficeRow& row, std::ostream& out) {
    for (std::size_t i = 0; i < row.cells.size(); ++i)
        out << (i == 0 ? "" : ",") << csv_cell(row.cells[i]);
    out << '\n';
}

void write_heading(const OfficeLayout& layout, std::ostream& out) {
    for (std::size_t i = 0; i < layout.columns.size(); ++i)
        out << (i == 0 ? "" : ",") << layout.columns[i].name;
    out << '\n';
}

}  // namespace

int run_export(const ExportOptions& options, std::ostream& out, std::ostream& err) {
    const auto config = load_gateway_config(options.config);
    if (config) return export_from(*config, options, out, err);
    for (const std::string& line : config.error())
        err << line << '\n';
    return kWrongInput;
}

int export_from(const GatewayConfig& config, const ExportOptions& options, std::ostream& out,
                std::ostream& err) {
    const auto table = table_of(options.what);
    if (!table)
        return wrong("'" + options.what + "' is no export: bills, readings or settlements", err);
    const bool csv = options.format == "csv";
    if (!csv && options.format != "jsonl")
        return wrong("'" + options.format + "' is no format: csv or jsonl", err);
    const auto genesis = load_genesis_file(config.genesis);
    if (!genesis) return wrong(genesis.error(), err);
    std::error_code error;
    const std::filesystem::path& file = config.database.sqlite;
    if (!file.empty() && !std::filesystem::exists(file, error))
        return wrong(file.string() + ": there is no read model yet; `gateway serve` makes one",
                     err);
    const auto model = ReadModel::open(config.database, genesis->network);
    if (!model) return wrong(model.error(), err);
    const OfficeLayout& layout = layout_of(*table);
    if (csv) write_heading(layout, out);
    const auto visited = model->visit(*table, options.since, [&](const OfficeRow& row) {
        if (csv)
            write_csv(row, out);
        else
            out << row_json(row).dump() << '\n';
    });
    if (visited) return kDone;
    err << visited.error() << '\n';
    return kFailed;
}

}  // namespace fairfeed
