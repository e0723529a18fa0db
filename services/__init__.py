"""What people do. Each public function takes the actor and is one transaction."""
