// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/etcd/accessrights.h"

#include <algorithm>

namespace slotscope::core {

namespace {

bool isOpen(const QByteArray &end)
{
    return end.size() == 1 && end.front() == '\0';
}

/// The keys from begin up to before end; `open`: up to the last there is.
struct Span
{
    QByteArray begin;
    QByteArray end;
    bool open = false;

    explicit Span(const KeyRange &range)
        : begin(range.begin)
        , end(range.end.isEmpty() ? range.begin + '\0' : range.end)
        , open(isOpen(range.end))
    {
        // No key is empty, and a request for such a one is refused.
        if (begin.isEmpty())
            begin = QByteArray(1, '\0');
    }
    bool isEmpty() const { return !open && begin >= end; }
    bool reaches(const QByteArray &key) const { return open || key <= end; }
    KeyRange range() const
    {
        if (open)
            return {begin, QByteArray(1, '\0')};
        // etcd knows a single key by having no end.
        return end == begin + '\0' ? KeyRange::single(begin) : KeyRange {begin, end};
    }
};

Span common(const Span &one, const Span &other)
{
    Span both = one;
    both.begin = std::max(one.begin, other.begin);
    both.open = one.open && other.open;
    if (!both.open)
        both.end = one.open ? other.end : other.open ? one.end : std::min(one.end, other.end);
    return both;
}

/// One query; a child of its call's state, so that its questions end with it.
class RightsQuery : public QObject
{
public:
    RightsQuery(const QString &user, std::function<Call<std::vector<Permission>>(const QString &)> askRole,
                CallState<AccessRights> *state)
        : QObject(state)
        , m_askRole(std::move(askRole))
        , m_state(state)
    {
        m_rights.user = user;
    }

    void start(const std::function<Call<QStringList>()> &askUser)
    {
        askUser().then(this, [this](const Result<QStringList> &roles) {
            if (!roles)
                return giveUp(roles.error());
            m_rights.roles = *roles;
            m_rights.roles.sort();
            // Whoever has it is asked for nothing else.
            if (m_rights.roles.contains(QLatin1String("root")))
                return m_state->complete(m_rights);
            askRoles();
        });
    }

private:
    void askRoles()
    {
        m_rights.everything = false;
        m_unanswered = m_rights.roles.size();
        if (m_unanswered == 0)
            return m_state->complete(m_rights);
        for (const QString &role : std::as_const(m_rights.roles))
            m_askRole(role).then(this, [this](const Result<std::vector<Permission>> &permissions) {
                // A role that is deleted meanwhile allows nothing.
                if (!permissions && permissions.error().grpcCode < 0)
                    return m_state->fail(permissions.error());
                if (!permissions && permissions.error().kind == ErrorKind::PermissionDenied)
                    return giveUp(permissions.error());
                if (permissions)
                    take(*permissions);
                if (--m_unanswered == 0)
                    finish();
            });
    }

    void take(const std::vector<Permission> &permissions)
    {
        for (const Permission &permission : permissions) {
            if (permission.read)
                m_rights.read.push_back(permission.range);
            if (permission.write)
                m_rights.write.push_back(permission.range);
        }
    }

    void finish()
    {
        m_rights.read = joinedRanges(m_rights.read);
        m_rights.write = joinedRanges(m_rights.write);
        m_state->complete(m_rights);
    }

    void giveUp(const Error &error)
    {
        // Without an answer of etcd's, or without being somebody, nothing else is of use.
        if (error.grpcCode < 0 || error.kind == ErrorKind::Unauthenticated
            || error.kind == ErrorKind::Unavailable)
            return m_state->fail(error);
        m_state->complete(AccessRights {.user = m_rights.user, .roles = m_rights.roles});
    }

    std::function<Call<std::vector<Permission>>(const QString &)> m_askRole;
    CallState<AccessRights> *m_state;
    AccessRights m_rights;
    qsizetype m_unanswered = 0;
};

} // namespace

std::vector<KeyRange> joinedRanges(const std::vector<KeyRange> &ranges)
{
    std::vector<Span> spans;
    for (const KeyRange &range : ranges) {
        if (const Span span(range); !span.isEmpty())
            spans.push_back(span);
    }
    std::sort(spans.begin(), spans.end(),
              [](const Span &one, const Span &other) { return one.begin < other.begin; });
    std::vector<Span> joined;
    for (const Span &span : spans) {
        if (joined.empty() || !joined.back().reaches(span.begin)) {
            joined.push_back(span);
            continue;
        }
        Span &last = joined.back();
        last.end = std::max(last.end, span.end);
        last.open = last.open || span.open;
    }
    std::vector<KeyRange> result;
    for (const Span &span : joined)
        result.push_back(span.range());
    return result;
}

std::vector<KeyRange> partsWithin(const KeyRange &range, const std::vector<KeyRange> &others)
{
    std::vector<KeyRange> parts;
    const Span whole(range);
    for (const KeyRange &other : others) {
        if (const Span part = common(whole, Span(other)); !part.isEmpty())
            parts.push_back(part.range());
    }
    return parts;
}

std::vector<KeyRange> AccessRights::readable(const KeyRange &range) const
{
    return everything ? std::vector {range} : partsWithin(range, read);
}

bool AccessRights::mayRead(const KeyRange &range) const
{
    return everything || partsWithin(range, read) == std::vector {Span(range).range()};
}

bool AccessRights::mayWrite(const KeyRange &range) const
{
    return everything || partsWithin(range, write) == std::vector {Span(range).range()};
}

Call<AccessRights> queryRights(const QString &user, const std::function<Call<QStringList>()> &askUser,
                               const std::function<Call<std::vector<Permission>>(const QString &)> &askRole,
                               QObject *context)
{
    auto *state = new CallState<AccessRights>;
    auto *query = new RightsQuery(user, askRole, state);
    QObject::connect(context, &QObject::destroyed, state, [state] { state->cancel(); });
    state->setAbort([query] { delete query; });
    query->start(askUser);
    return Call<AccessRights>(state);
}

} // namespace slotscope::core
