"""住所云 (zhusuo): a building's papers are filed once; every later tenant brings only a lease.

The nouns, from the ground up; each may use those before it, never those after it:

an *address* exists; a *carrier* stands there; *lookup* finds it from any text; its *dossier* proves it; *rights* say
who may let it; a *waiver* says what need not be brought again; a *flag* warns, a *look* is asked for; a *tenancy* puts
a business in; a *registration* enters it; *businesses* bring along all that was registered before us; a *change* splits
or merges the walls around it; a *zombie* is a registration nobody lives in; an *inspection* goes and looks.
"""
