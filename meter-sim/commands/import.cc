#include "meter-sim/commands/import.h"

#include <algorithm>
#include <optional>

#include "core/base/units.h"
#include "core/io/file.h"
#include "core/io/zone_file.h"
#include "meter-sim/imports/formats.h"
#include "meter-sim/imports/home_import.h"
#include "meter-sim/imports/import_report.h"
#include "meter-sim/imports/import_table.h"
#include "meter-sim/imports/mapping_file.h"
#include "meter-sim/imports/recording_text.h"

namespace fairfeed {

namespace {

constexpr int kDone = 0;
constexpr int kFailed = 1;
constexpr int kWrongInput = 2;

using imports::NamedFile;
using Lines = std::vector<std::string>;

class Importing {
  public:
    Importing(const ImportOptions& options, Lines& errors) : options_(options), errors_(errors) {}

    std::optional<imports::HomeImport> run() {
        imports::ImportRules rules;
        read_rules(rules);
        read_choices();
        if (!options_.format.empty() && !options_.map.empty())
            errors_.push_back("--format and --map exclude each other: a mapping is a format");
        if (!options_.format.empty() && imports::find_format(options_.format) == nullptr)
            errors_.push_back("--format: '" + options_.format + "' is none of " +
                              imports::format_names());
        if (!options_.map.empty()) {
            auto mapping = imports::load_mapping(options_.map);
            if (mapping) {
                mapping_ = std::move(*mapping);
            } else {
                errors_.insert(errors_.end(), mapping.error().begin(), mapping.error().end());
            }
        }
        if (!errors_.empty()) return std::nullopt;
        std::vector<NamedFile> files;
        for (const std::string& word : options_.files)
            if (auto file = read(word)) files.push_back(std::move(*file));
        if (!errors_.empty()) return std::nullopt;
        auto import = imports::import_homes(std::move(files), rules);
        if (import) return std::move(*import);
        errors_ = import.error();
        return std::nullopt;
    }

  private:
    void read_rules(imports::ImportRules& rules) {
        if (const auto gaps = imports::parse_gap_policy(options_.gaps)) {
            rules.gaps = *gaps;
        } else {
            errors_.push_back("--gaps: '" + options_.gaps +
                              "' is none of refuse, zero, interpolate, last-week");
        }
        rules.step_s = options_.step_minutes * 60;
        if (options_.step_minutes != 0 && options_.step_minutes != 15 &&
            options_.step_minutes != 30 && options_.step_minutes != 60)
            errors_.push_back("--step: a recording has steps of 15, 30 or 60 minutes");
        rules.most_w = options_.max_kw * 1000;
        if (!options_.zone.empty()) zone_ = zone_of("--zone: ", options_.zone);
        rules.zone = zone_;
    }

    std::optional<TimeZone> zone_of(const std::string& from, const std::string& name) {
        auto zone = load_time_zone(name);
        if (zone) return std::move(*zone);
        errors_.push_back(from + zone.error());
        return std::nullopt;
    }

    void read_choices() {
        for (const std::string& word : options_.channels) {
            const std::size_t equals = word.rfind('=');
            const std::string what =
                equals == std::string::npos ? std::string() : word.substr(equals + 1);
            std::optional<imports::Channel> channel;
            for (const auto each : {imports::Channel::imported, imports::Channel::exported,
                                    imports::Channel::generation, imports::Channel::load})
                if (what == imports::to_string(each)) channel = each;
            if (!channel && what != "none") {
                errors_.push_back("--channel: '" + word +
                                  "' is not NAME=import, export, pv, load or none");
                continue;
            }
            choices_[word.substr(0, equals)] = channel;
        }
    }

    std::optional<NamedFile> read(const std::string& word) {
        NamedFile file;
        file.name = word;
        std::error_code ignored;
        const std::size_t equals = word.find('=');
        if (equals != std::string::npos && equals > 0 && !std::filesystem::exists(word, ignored)) {
            file.home = word.substr(0, equals);
            file.name = word.substr(equals + 1);
        }
        if (std::filesystem::equivalent(file.name, options_.out, ignored)) {
            errors_.push_back(file.name + ": --out would overwrite this file; name another one");
            return std::nullopt;
        }
        const auto bytes = read_text_file(file.name);
        if (!bytes) {
            errors_.push_back(bytes.error().message);
            return std::nullopt;
        }
        const std::string text = imports::plain_text(*bytes);
        CsvComplaints complaints(file.name);
        if (!read_text(text, file, complaints)) return std::nullopt;
        if (!complaints.empty()) {
            const CsvErrors lines = complaints.take();
            errors_.insert(errors_.end(), lines.begin(), lines.end());
            return std::nullopt;
        }
        if (zone_) {
            file.zone = zone_;
        } else if (!file.read.zone.empty()) {
            file.zone = zone_of(file.name + ": ", file.read.zone);
        }
        return file;
    }

    bool read_text(const std::string& text, NamedFile& file, CsvComplaints& complaints) {
        // A mapping is of tables: other files beside them have formats of their own.
        if (mapping_ &&
            (imports::fits_mapping(*mapping_, text) || imports::recognise(text) == nullptr)) {
            file.read = imports::read_mapped(*mapping_, text, complaints);
            return true;
        }
        const imports::Format* format = options_.format.empty()
                                            ? imports::recognise(text)
                                            : imports::find_format(options_.format);
        if (format == nullptr) {
            errors_.push_back(
                file.name +
                (text.starts_with("interval_start_local")
                     ? ":1: this is a recording already: use it as it is"
                     : ":1: none of the formats " + imports::format_names() +
                           "; describe its columns in a mapping file, --map (docs/imports.md)"));
            return false;
        }
        file.read = format->read({text, choices_}, complaints);
        file.read.format = format->name;
        return true;
    }

    const ImportOptions& options_;
    Lines& errors_;
    std::optional<TimeZone> zone_;
    std::optional<imports::Mapping> mapping_;
    imports::ChannelChoices choices_;
};

}  // namespace

int run_import(const ImportOptions& options, std::ostream& out, std::ostream& err) {
    Lines errors;
    const auto import = Importing(options, errors).run();
    if (!import) {
        for (const std::string& line : errors)
            err << line << '\n';
        return kWrongInput;
    }
    const std::string text = imports::recording_text(*import);
    if (text.size() > kMaxFileBytes) {
        err << options.out.string() << ": " << text.size() / (1024 * 1024)
            << " MB, and a recording has at most " << kMaxFileBytes / (1024 * 1024)
            << " MB: import fewer homes or a coarser step (--step 60)\n";
        return kWrongInput;
    }
    const auto written = write_file_atomically(options.out, text);
    if (!written) {
        err << "meter-sim: " << written.error().message << '\n';
        return kFailed;
    }
    if (options.json) {
        out << imports::report_json(*import, options.out.string()).dump(2) << '\n';
    } else {
        imports::print_report(*import, options.out.string(), out);
    }
    return kDone;
}

}  // namespace fairfeed
