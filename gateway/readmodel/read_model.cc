#include "gateway/readmodel/read_model.h"

#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <algorithm>
#include <deque>
#include <map>

#include "core/base/check.h"

namespace fairfeed {
namespace {

constexpr std::string_view kAddress = "postgresql://";
// Of the tables that are the office's alone; a PostgreSQL database may hold others beside it.
constexpr const char* kSchema = "fairfeed";

std::string create_sql(const OfficeLayout& layout) {
    std::string sql = "create table " + std::string(layout.name) + " (";
    for (std::size_t i = 0; i < layout.columns.size(); ++i) {
        const OfficeColumn& column = layout.columns[i];
        sql.append(column.name).append(column.is_text ? " text" : " bigint");
        sql += i < layout.key ? " not null, " : ", ";
    }
    sql += "primary key (";
    for (std::size_t i = 0; i < layout.key; ++i)
        sql.append(i == 0 ? "" : ", ").append(layout.columns[i].name);
    return sql + "))";
}

std::string index_sql(const OfficeLayout& layout) {
    const std::string name(layout.name);
    return "create index " + name + "_by_height on " + name + " (height)";
}

std::string insert_sql(const OfficeLayout& layout) {
    std::string names;
    std::string values;
    std::string key;
    std::string changes;
    for (std::size_t i = 0; i < layout.columns.size(); ++i) {
        const std::string name(layout.columns[i].name);
        const std::string comma = i == 0 ? "" : ", ";
        names += comma + name;
        values += comma + ":c" + std::to_string(i);
        if (i < layout.key) {
            key += comma + name;
        } else {
            changes += (changes.empty() ? "" : ", ") + name + " = excluded." + name;
        }
    }
    return "insert into " + std::string(layout.name) + " (" + names + ") values (" + values +
           ") on conflict (" + key + ") do update set " + changes;
}

std::string select_sql(const OfficeLayout& layout) {
    std::string names;
    std::string order = "height";
    for (std::size_t i = 0; i < layout.columns.size(); ++i) {
        const std::string name(layout.columns[i].name);
        names += (i == 0 ? "" : ", ") + name;
        if (i < layout.key && name != "height") order += ", " + name;
    }
    return "select " + names + " from " + std::string(layout.name) +
           " where height >= :since order by " + order;
}

// One prepared insert; its places are bound once, and filled anew for each row.
class Insert {
  public:
    Insert(soci::session& session, const OfficeLayout& layout)
        : places_(layout.columns.size()), statement_(session) {
        for (std::size_t i = 0; i < places_.size(); ++i) {
            Place& place = places_[i];
            if (layout.columns[i].is_text) {
                statement_.exchange(soci::use(place.text, place.presence));
            } else {
                statement_.exchange(soci::use(place.whole, place.presence));
            }
        }
        statement_.alloc();
        statement_.prepare(insert_sql(layout));
        statement_.define_and_bind();
    }
    void run(const OfficeRow& row) {
        CHECK(row.cells.size() == places_.size());
        for (std::size_t i = 0; i < places_.size(); ++i)
            places_[i].fill(row.cells[i]);
        statement_.execute(true);
    }

  private:
    struct Place {
        long long whole = 0;
        std::string text;
        soci::indicator presence = soci::i_null;
        void fill(const OfficeCell& cell) {
            presence = std::holds_alternative<std::monostate>(cell) ? soci::i_null : soci::i_ok;
            if (const auto* number = std::get_if<std::int64_t>(&cell)) whole = *number;
            if (const auto* words = std::get_if<std::string>(&cell)) text = *words;
        }
    };
    std::deque<Place> places_;  // bound by address
    soci::statement statement_;
};

OfficeCell cell_of(const soci::row& found, std::size_t column, bool is_text) {
    if (found.get_indicator(column) == soci::i_null) return {};
    if (is_text) return found.get<std::string>(column);
    return std::int64_t{found.get<long long>(column)};
}

}  // namespace

struct ReadModel::Session {
    soci::session sql;
    std::optional<Height> height;

    void open(const DatabasePlace& place);
    [[nodiscard]] std::optional<std::string> note(const std::string& name);
    void put_note(const std::string& name, const std::string& value);
    void create(const Digest& network);
    void drop();
    [[nodiscard]] std::optional<std::string> fault_of(const Digest& network);
};

void ReadModel::Session::open(const DatabasePlace& place) {
    if (!place.postgresql.empty()) {
        sql.open("postgresql", place.postgresql);
        sql << "set client_min_messages to warning";
        sql << "create schema if not exists " << kSchema;
        sql << "set search_path to " << kSchema;
    } else {
        sql.open(*soci::factory_sqlite3(), "db=\"" + place.sqlite.string() + "\" timeout=10");
        sql << "pragma journal_mode = wal";
    }
    sql << "create table if not exists office_notes (name text primary key, value text)";
}

std::optional<std::string> ReadModel::Session::note(const std::string& name) {
    std::string value;
    soci::indicator presence = soci::i_null;
    sql << "select value from office_notes where name = :name", soci::use(name),
        soci::into(value, presence);
    if (!sql.got_data() || presence == soci::i_null) return std::nullopt;
    return value;
}

void ReadModel::Session::put_note(const std::string& name, const std::string& value) {
    sql << "insert into office_notes (name, value) values (:name, :value) "
           "on conflict (name) do update set value = excluded.value",
        soci::use(name), soci::use(value);
}

void ReadModel::Session::create(const Digest& network) {
    soci::transaction whole(sql);
    for (const OfficeLayout& layout : office_layouts()) {
        sql << create_sql(layout);
        if (layout.columns[0].name != "height") sql << index_sql(layout);
    }
    put_note("layout", std::to_string(kReadModelVersion));
    put_note("network", to_hex(network.view()));
    whole.commit();
}

void ReadModel::Session::drop() {
    soci::transaction whole(sql);
    for (const OfficeLayout& layout : office_layouts())
        sql << "drop table if exists " << std::string(layout.name);
    sql << "delete from office_notes";
    whole.commit();
    height.reset();
}

std::optional<std::string> ReadModel::Session::fault_of(const Digest& network) {
    const auto layout = note("layout");
    if (layout != std::to_string(kReadModelVersion))
        return "has the tables of another version; `gateway rebuild` makes them again";
    if (note("network") != to_hex(network.view()))
        return "holds the tables of another network; name another database, or make it this "
               "network's by `gateway rebuild`";
    if (const auto known = note("height")) height = std::stoull(*known);
    return std::nullopt;
}

Result<DatabasePlace, std::string> DatabasePlace::parse(std::string_view text) {
    if (!text.starts_with(kAddress))
        return unexpected(
            std::string("names no PostgreSQL database: write postgresql://user@host/name, or "
                        "leave it out for a file of its own"));
    const std::string_view words = text.substr(kAddress.size());
    if (words.empty()) return unexpected(std::string("names no database behind postgresql://"));
    DatabasePlace place;
    // libpq takes an address whole, and pairs without the scheme.
    const bool is_pairs = words.find('=') < words.find_first_of("/@?");
    place.postgresql = is_pairs ? words : text;
    return place;
}

ReadModel::ReadModel(std::unique_ptr<Session> session) : session_(std::move(session)) {}
ReadModel::ReadModel(ReadModel&&) noexcept = default;
ReadModel& ReadModel::operator=(ReadModel&&) noexcept = default;
ReadModel::~ReadModel() = default;

Result<ReadModel, std::string> ReadModel::open(const DatabasePlace& place, const Digest& network) {
    try {
        auto session = std::make_unique<Session>();
        session->open(place);
        if (!session->note("layout")) session->create(network);
        if (auto fault = session->fault_of(network)) return unexpected("the read model " + *fault);
        return ReadModel(std::move(session));
    } catch (const std::exception& error) {
        return unexpected("the read model cannot be opened: " + std::string(error.what()));
    }
}

Result<ReadModel, std::string> ReadModel::make_anew(const DatabasePlace& place,
                                                    const Digest& network) {
    try {
        auto session = std::make_unique<Session>();
        session->open(place);
        session->drop();
        session->create(network);
        return ReadModel(std::move(session));
    } catch (const std::exception& error) {
        return unexpected("the read model cannot be made anew: " + std::string(error.what()));
    }
}

std::optional<Height> ReadModel::height() const {
    return session_->height;
}

Result<void, std::string> ReadModel::add(Height height, const std::vector<OfficeRow>& rows) {
    const Height next = session_->height ? *session_->height + 1 : 0;
    if (height != next)
        return unexpected("the read model is at height " + std::to_string(next) +
                          " and was given block " + std::to_string(height));
    try {
        soci::transaction whole(session_->sql);
        std::map<OfficeTable, Insert> inserts;
        for (const OfficeRow& row : rows) {
            auto insert = inserts.find(row.table);
            if (insert == inserts.end())
                insert = inserts.try_emplace(row.table, session_->sql, layout_of(row.table)).first;
            insert->second.run(row);
        }
        session_->put_note("height", std::to_string(height));
        whole.commit();
        session_->height = height;
        return {};
    } catch (const std::exception& error) {
        return unexpected("the read model takes no rows: " + std::string(error.what()));
    }
}

Result<void, std::string> ReadModel::visit(OfficeTable table, Height since,
                                           const Visitor& visitor) const {
    const OfficeLayout& layout = layout_of(table);
    const auto from = static_cast<long long>(std::min<Height>(since, INT64_MAX));
    try {
        const soci::rowset<soci::row> found =
            (session_->sql.prepare << select_sql(layout), soci::use(from));
        for (const soci::row& each : found) {
            OfficeRow row{table, {}};
            for (std::size_t i = 0; i < layout.columns.size(); ++i)
                row.cells.push_back(cell_of(each, i, layout.columns[i].is_text));
            visitor(row);
        }
        return {};
    } catch (const std::exception& error) {
        return unexpected("the read model cannot be read: " + std::string(error.what()));
    }
}

Result<std::vector<OfficeRow>, std::string> ReadModel::select(const OfficeQuery& query) const {
    const OfficeLayout& layout = layout_of(query.table);
    const BoundSql sql = sql_of(query);
    std::deque<long long> numbers;  // bound by address
    std::vector<OfficeRow> rows;
    try {
        auto prepared = session_->sql.prepare << sql.text;
        for (const OfficeCell& value : sql.values) {
            if (const auto* words = std::get_if<std::string>(&value)) {
                prepared, soci::use(*words);
            } else {
                const auto* number = std::get_if<std::int64_t>(&value);
                numbers.push_back(number != nullptr ? *number : 0);
                prepared, soci::use(numbers.back());
            }
        }
        const soci::rowset<soci::row> found = prepared;
        for (const soci::row& each : found) {
            OfficeRow row{query.table, {}};
            for (std::size_t i = 0; i < layout.columns.size(); ++i)
                row.cells.push_back(cell_of(each, i, layout.columns[i].is_text));
            rows.push_back(std::move(row));
        }
        return rows;
    } catch (const std::exception& error) {
        return unexpected("the read model cannot be read: " + std::string(error.what()));
    }
}

Result<std::optional<Height>, std::string> ReadModel::look_up_height() const {
    try {
        const auto known = session_->note("height");
        return known ? std::optional<Height>(std::stoull(*known)) : std::nullopt;
    } catch (const std::exception& error) {
        return unexpected("the read model cannot be read: " + std::string(error.what()));
    }
}

}  // namespace fairfeed
