"""The diary. Each module may import only what stands above it (`make lint` keeps the order):

intervals                        stretches of time                     standard library
policy, availability, screening  the rules, on plain values            standard library
board_layout                     where things stand on the board       intervals
sealing                          AES-GCM under the keys of HEALTH_KEYS settings
models                           rows and constraints, no verbs        Django
diary                            reads: rows to plain values           models
openings                         open times, and why another is not    diary, rules
day_rows, day_board              a day or week as the desk sees it     diary, board_layout
diary_lock                       the transaction every change runs in  models
registration                     whom a booking is for                 models
visit_links                      secret links, kept as hashes          models
answers_on_file                  safety questions and sealed answers   models, screening
limits                           who books no more without phoning     models
reports                          figures of the clinic, as plain values diary, limits
course_plan                      the dates of a course, all checked    openings
waiting_list                     who would like a freed time           openings
absences                         visits that a closure falls on        openings
worklists                        what waits for somebody at the desk   models
scheduling                       the only writer of appointments       all above
calendar_invites                 iCalendar text from plain values
calendar_feeds                   a practitioner's own calendar         models, visit_links
text_messages, delivery_reports  the text gateway; what mail servers report
letters, outbox                  what a letter says; delivering it
clock                            what becomes due by time alone        scheduling
forms                            the shape of what people type
views, admin, management, templatetags   HTTP and screens
"""
