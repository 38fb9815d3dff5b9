"""The diary. Each module may import only what stands above it (`make lint` keeps the order):

intervals                        stretches of time                     standard library
policy, availability             the rules, on plain values            standard library
models                           rows and constraints, no verbs        Django
diary                            reads: rows to plain values           models
openings                         open times, and why another is not    diary, rules
diary_lock                       the transaction every change runs in  models
scheduling                       the only writer of appointments       all above
calendar_invites                 iCalendar text from plain values
letters, outbox                  what an e-mail says; delivering it
forms                            the shape of what people type
views, admin, management         HTTP and screens
"""
