// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/edit/editscript.h"

#include "core/value/jsonreader.h"

#include <QFile>

#include <algorithm>
#include <array>

// Resources of a static library come in only when somebody asks for them.
static void initializeResources()
{
    Q_INIT_RESOURCE(core);
}

namespace slotscope::core {

namespace {

/// etcd stores an int64, and keeps leases up to this long.
constexpr qint64 LongestTtl = 9'000'000'000;

struct KindName
{
    ScriptOperation::Kind kind;
    QLatin1String name;
    std::array<const char *, 5> members; ///< beside those that all have; null pointers at the end
};
constexpr std::array KindNames {
    KindName {
        ScriptOperation::Kind::Put, QLatin1String("put"), {"value", "valueHex", "lease", "modRevision"}},
    KindName {ScriptOperation::Kind::Change, QLatin1String("change"), {"fields", "lease", "modRevision"}},
    KindName {ScriptOperation::Kind::Delete, QLatin1String("delete"), {"modRevision"}},
    KindName {ScriptOperation::Kind::Rename, QLatin1String("rename"), {"to", "toHex", "modRevision"}},
    KindName {ScriptOperation::Kind::Lease, QLatin1String("lease"), {"lease", "modRevision"}},
    KindName {ScriptOperation::Kind::Guard, QLatin1String("guard"), {"modRevision"}},
};

QString kindNames()
{
    QStringList names;
    for (const KindName &kind : KindNames)
        names += kind.name;
    return names.join(QLatin1String(", ")) + QLatin1String(" or part");
}

/// Reads one script; the first thing that is wrong ends it.
class Reader
{
public:
    explicit Reader(const QByteArray &json)
        : m_json(json)
    {
    }

    Expected<EditScript, ScriptProblem> read()
    {
        const auto root = readJson(m_json, {});
        if (!root) {
            complain(root.error().what, root.error().offset);
            return Unexpected {m_problem};
        }
        if (!script(*root))
            return Unexpected {m_problem};
        return std::move(m_script);
    }

private:
    // Each returns whether all is well so far.

    bool complain(const QString &what, qint64 offset, const QString &path = {})
    {
        m_problem = {.what = what, .operation = m_number, .line = lineAt(offset), .path = path};
        return false;
    }
    bool complain(const QString &what, const Value &at, const QString &path = {})
    {
        return complain(what, at.source().offset, path);
    }
    int lineAt(qint64 offset) const
    {
        return offset < 0
            ? 0
            : static_cast<int>(m_json.first(std::min(offset, qint64(m_json.size()))).count('\n')) + 1;
    }
    QByteArray textOf(const Value &node) const
    {
        return m_json.mid(node.source().offset, node.source().length);
    }

    /// An object whose members are all among `known`, each at most once.
    template <typename Names>
    bool object(const Value &value, const QString &what, const Names &known)
    {
        if (value.kind() != Value::Kind::Map)
            return complain(QStringLiteral("%1 is to be an object").arg(what), value);
        QStringList seen;
        for (const Member &member : value.members()) {
            const QString &name = member.key.toText();
            if (std::none_of(std::begin(known), std::end(known),
                             [&](const char *each) { return each && name == QLatin1String(each); }))
                return complain(QStringLiteral("%1 has no member \"%2\"").arg(what, name), member.key);
            if (seen.contains(name))
                return complain(QStringLiteral("\"%1\" stands twice in %2").arg(name, what), member.key);
            seen += name;
        }
        return true;
    }

    bool text(const Value &value, const QString &what, QString *out)
    {
        if (value.kind() != Value::Kind::Text)
            return complain(QStringLiteral("%1 is to be a text").arg(what), value);
        *out = value.toText();
        return true;
    }

    /// A number that fits, also as decimal text, as `records --json` writes large ones.
    bool number(const Value &value, const QString &what, qint64 least, qint64 *out)
    {
        std::optional<qint64> result = value.toInt64();
        if (value.kind() == Value::Kind::Text) {
            const auto integer = Value::integerFromText(value.toText());
            result = integer ? integer->toInt64() : std::nullopt;
        } else if (value.kind() != Value::Kind::Integer) {
            result.reset();
        }
        if (!result || *result < least)
            return complain(QStringLiteral("%1 is to be a whole number from %2 on").arg(what).arg(least),
                            value);
        *out = *result;
        return true;
    }

    bool hex(const Value &value, const QString &what, QByteArray *out)
    {
        QString digits;
        if (!text(value, what, &digits))
            return false;
        if (digits.startsWith(QLatin1String("0x")))
            digits.remove(0, 2);
        *out = QByteArray::fromHex(digits.toLatin1());
        // fromHex() skips what is no digit.
        if (QString::fromLatin1(out->toHex()).compare(digits, Qt::CaseInsensitive) != 0)
            return complain(QStringLiteral("%1 is to be pairs of hex digits").arg(what), value);
        return true;
    }

    bool script(const Value &root)
    {
        if (!object(root, QStringLiteral("a script"), std::array {"slotscopeEdit", "comment", "operations"}))
            return false;
        const Value *version = root.find(u"slotscopeEdit");
        if (!version || version->kind() != Value::Kind::Integer || version->toInt64() != 1)
            return complain(QStringLiteral("a script says \"slotscopeEdit\": 1, the version of its format"),
                            version ? *version : root);
        const Value *operations = root.find(u"operations");
        if (!operations || operations->kind() != Value::Kind::Array)
            return complain(QStringLiteral("a script has \"operations\", a list"),
                            operations ? *operations : root);
        return std::all_of(operations->items().cbegin(), operations->items().cend(),
                           [this](const Value &item) {
                               ++m_number;
                               return operation(item);
                           })
            && parts();
    }

    /// A marker begins a part; before the first one is a part, too, where there are operations.
    bool parts()
    {
        m_number = 0;
        if (m_script.operations.empty())
            return complain(QStringLiteral("the script does nothing"), -1);
        for (size_t part = 0; part < m_script.parts.size(); ++part) {
            if (std::none_of(m_script.operations.cbegin(), m_script.operations.cend(),
                             [part](const ScriptOperation &each) { return size_t(each.part) == part; }))
                return complain(QStringLiteral("part \"%1\" holds no operations").arg(m_script.parts[part]),
                                -1);
        }
        return true;
    }

    bool operation(const Value &item)
    {
        const Value *op = item.find(u"op");
        const QString name = op ? op->toText() : QString();
        if (name == QLatin1String("part"))
            return partMarker(item);
        const auto kind = std::find_if(KindNames.begin(), KindNames.end(),
                                       [&](const KindName &each) { return name == each.name; });
        if (kind == KindNames.end())
            return complain(
                op && op->kind() == Value::Kind::Text
                    ? QStringLiteral("there is no operation \"%1\", but %2").arg(name, kindNames())
                    : QStringLiteral("an operation is an object with an \"op\": %1").arg(kindNames()),
                op ? *op : item);
        std::vector<const char *> known {"op", "comment", "slot", "key", "keyHex"};
        known.insert(known.end(), kind->members.begin(), kind->members.end());
        if (!object(item, QStringLiteral("\"%1\"").arg(name), known))
            return false;

        ScriptOperation result;
        result.kind = kind->kind;
        result.number = m_number;
        result.line = lineAt(item.source().offset);
        if (m_script.parts.empty())
            result.part = 0;
        else
            result.part = static_cast<int>(m_script.parts.size()) - 1;
        if (!key(item, u"key", u"keyHex", &result.key) || !expectation(item, &result)
            || !lease(item, &result))
            return false;
        switch (result.kind) {
        case ScriptOperation::Kind::Put:
            if (!value(item, &result))
                return false;
            break;
        case ScriptOperation::Kind::Change:
            if (!fields(item, &result))
                return false;
            break;
        case ScriptOperation::Kind::Rename:
            if (!key(item, u"to", u"toHex", &result.to))
                return false;
            if (result.key.bytes && !result.to.bytes)
                return complain(QStringLiteral("with \"keyHex\" goes \"toHex\""), item);
            break;
        case ScriptOperation::Kind::Lease:
            if (!item.find(u"lease"))
                return complain(QStringLiteral("\"lease\" needs a \"lease\""), item);
            break;
        case ScriptOperation::Kind::Delete:
        case ScriptOperation::Kind::Guard:
            break;
        }
        m_script.operations.push_back(std::move(result));
        return true;
    }

    bool partMarker(const Value &item)
    {
        QString name;
        if (!object(item, QStringLiteral("\"part\""), std::array {"op", "comment", "name"}))
            return false;
        if (const Value *given = item.find(u"name");
            given && !text(*given, QStringLiteral("\"name\""), &name))
            return false;
        if (m_script.parts.empty() && !m_script.operations.empty())
            m_script.parts.push_back(QStringLiteral("1"));
        m_script.parts.push_back(name.isEmpty() ? QString::number(m_script.parts.size() + 1) : name);
        return true;
    }

    bool key(const Value &item, QStringView name, QStringView hexName, ScriptKey *out)
    {
        const Value *decoded = item.find(name);
        const Value *bytes = item.find(hexName);
        const Value *slot = item.find(u"slot");
        if (!decoded == !bytes)
            return complain(QStringLiteral("either \"%1\" or \"%2\" is needed").arg(name, hexName), item);
        if (bytes) {
            out->bytes.emplace();
            if (slot && name == u"key")
                return complain(
                    QStringLiteral("\"%1\" is a whole key and says the slot already").arg(hexName), *slot);
            if (!hex(*bytes, QStringLiteral("\"%1\"").arg(hexName), &*out->bytes))
                return false;
            return !out->bytes->isEmpty() || complain(QStringLiteral("the key is empty"), *bytes);
        }
        if (slot && slot->kind() == Value::Kind::Integer)
            out->slot = slot->integerText();
        else if (slot && !text(*slot, QStringLiteral("\"slot\""), &out->slot))
            return false;
        else if (slot && out->slot.isEmpty())
            return complain(QStringLiteral("\"slot\" is a number, a table's name or its oid"), *slot);
        if (!slot && decoded->kind() != Value::Kind::Text)
            return complain(
                QStringLiteral("without a \"slot\", \"%1\" is the text of an ordinary key").arg(name),
                *decoded);
        if (!slot && decoded->toText().isEmpty())
            return complain(QStringLiteral("the key is empty"), *decoded);
        out->key = *decoded;
        out->json = textOf(*decoded);
        return true;
    }

    bool expectation(const Value &item, ScriptOperation *out)
    {
        const Value *given = item.find(u"modRevision");
        if (!given)
            return true;
        qint64 revision = 0;
        const bool mayBeAbsent =
            out->kind == ScriptOperation::Kind::Put || out->kind == ScriptOperation::Kind::Guard;
        if (!number(*given, QStringLiteral("\"modRevision\""), mayBeAbsent ? 0 : 1, &revision))
            return false;
        out->modRevision = Revision(revision);
        return true;
    }

    bool lease(const Value &item, ScriptOperation *out)
    {
        const Value *given = item.find(u"lease");
        if (!given)
            return true;
        if (given->kind() == Value::Kind::Text && given->toText() == QLatin1String("keep"))
            return true;
        if (given->kind() == Value::Kind::Text && given->toText() == QLatin1String("none")) {
            out->lease.kind = LeaseChoice::Kind::None;
            return true;
        }
        const Value *id = given->find(u"id");
        const Value *ttl = given->find(u"ttl");
        if (!id == !ttl)
            return complain(
                QStringLiteral("a lease is \"keep\", \"none\", {\"id\": …} or {\"ttl\": seconds}"), *given);
        if (!object(*given, QStringLiteral("a lease"), std::array {"id", "ttl"}))
            return false;
        if (ttl) {
            qint64 seconds = 0;
            if (!number(*ttl, QStringLiteral("\"ttl\""), 1, &seconds))
                return false;
            if (seconds > LongestTtl)
                return complain(
                    QStringLiteral("etcd grants no lease for longer than %1 seconds").arg(LongestTtl), *ttl);
            out->lease = {.kind = LeaseChoice::Kind::New, .ttl = std::chrono::seconds(seconds)};
            return true;
        }
        qint64 number64 = 0;
        if (id->kind() == Value::Kind::Text && id->toText().startsWith(QLatin1String("0x"))) {
            bool isNumber = false;
            number64 = id->toText().toLongLong(&isNumber, 16);
            if (!isNumber || number64 <= 0)
                return complain(QStringLiteral("\"id\" is no lease: %1").arg(id->toText()), *id);
        } else if (!number(*id, QStringLiteral("\"id\""), 1, &number64)) {
            return false;
        }
        out->lease = {.kind = LeaseChoice::Kind::Existing, .lease = LeaseId(number64)};
        return true;
    }

    bool value(const Value &item, ScriptOperation *out)
    {
        const Value *decoded = item.find(u"value");
        const Value *bytes = item.find(u"valueHex");
        if (!decoded == !bytes)
            return complain(QStringLiteral("either \"value\" or \"valueHex\" is needed"), item);
        if (!bytes) {
            out->value = textOf(*decoded);
            const auto read = fromNotation(out->value);
            return read
                || complain(read.error().what,
                            decoded->source().offset + std::max(read.error().offset, qint64(0)));
        }
        out->valueBytes.emplace();
        return hex(*bytes, QStringLiteral("\"valueHex\""), &*out->valueBytes);
    }

    bool fields(const Value &item, ScriptOperation *out)
    {
        const Value *list = item.find(u"fields");
        if (!list || list->kind() != Value::Kind::Array || list->items().empty())
            return complain(QStringLiteral("\"change\" needs \"fields\", a list of what is to change"),
                            list ? *list : item);
        return std::all_of(list->items().cbegin(), list->items().cend(),
                           [this, out](const Value &field) { return fieldEdit(field, out); });
    }

    bool fieldEdit(const Value &item, ScriptOperation *out)
    {
        struct Form
        {
            const char *name;
            FieldEdit::Kind kind;
            const char *with; ///< the member that goes with it; null pointer: none
        };
        static constexpr std::array Forms {
            Form {"set", FieldEdit::Kind::Set, "value"},
            Form {"remove", FieldEdit::Kind::Remove, nullptr},
            Form {"append", FieldEdit::Kind::Append, "value"},
            Form {"rename", FieldEdit::Kind::Rename, "to"},
        };
        const auto form = std::find_if(Forms.begin(), Forms.end(), [&](const Form &each) {
            return item.find(QString::fromLatin1(each.name));
        });
        if (form == Forms.end())
            return complain(QStringLiteral("a field is changed by set, remove, append or rename"), item);
        const QString name = QString::fromLatin1(form->name);
        if (!object(item, QStringLiteral("\"%1\"").arg(name), std::array {form->name, form->with}))
            return false;
        FieldEdit edit {.kind = form->kind};
        QString pathText;
        if (!text(*item.find(name), QStringLiteral("the path to \"%1\"").arg(name), &pathText))
            return false;
        const auto path = ValuePath::parse(pathText);
        if (!path)
            return complain(path.error(), item, pathText);
        edit.path = *path;
        if (form->with) {
            const Value *with = item.find(QString::fromLatin1(form->with));
            if (!with)
                return complain(QStringLiteral("\"%1\" needs a \"%2\"").arg(name, QLatin1String(form->with)),
                                item, pathText);
            auto given = fromNotation(textOf(*with));
            if (!given)
                return complain(given.error().what,
                                with->source().offset + std::max(given.error().offset, qint64(0)), pathText);
            edit.value = *std::move(given);
        }
        const bool atRoot = edit.kind == FieldEdit::Kind::Remove || edit.kind == FieldEdit::Kind::Rename;
        if (edit.path.isEmpty() && atRoot)
            return complain(QStringLiteral("\"%1\" needs the path of a field").arg(name), item);
        out->fields.push_back(std::move(edit));
        return true;
    }

    QByteArray m_json;
    EditScript m_script;
    ScriptProblem m_problem;
    int m_number = 0;
};

} // namespace

QString ScriptProblem::toString() const
{
    QString where;
    if (operation > 0)
        where = line > 0 ? QStringLiteral("operation %1 (line %2): ").arg(operation).arg(line)
                         : QStringLiteral("operation %1: ").arg(operation);
    else if (line > 0)
        where = QStringLiteral("line %1: ").arg(line);
    if (!path.isEmpty())
        where += path + QLatin1String(": ");
    return where + what;
}

Expected<EditScript, ScriptProblem> readEditScript(const QByteArray &json)
{
    return Reader(json).read();
}

QByteArray editScriptDescription()
{
    initializeResources();
    QFile resource(QStringLiteral(":/schema/slotscope-edit.json"));
    return resource.open(QIODevice::ReadOnly) ? resource.readAll() : QByteArray();
}

} // namespace slotscope::core
